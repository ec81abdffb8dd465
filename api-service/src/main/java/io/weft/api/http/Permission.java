package io.weft.api.http;

import java.util.Locale;

/** One right; every REST method names exactly one. */
public enum Permission {
    ORGANISATION_READ(Role.VIEWER),
    SERVICE_ACCOUNTS_READ(Role.ADMIN),
    SERVICE_ACCOUNTS_WRITE(Role.ADMIN),
    ROLE_BINDINGS_READ(Role.ADMIN),
    ROLE_BINDINGS_WRITE(Role.ADMIN),
    API_KEYS_READ(Role.ADMIN),
    API_KEYS_WRITE(Role.ADMIN),
    CLUSTERS_READ(Role.VIEWER),
    CLUSTERS_WRITE(Role.OPERATOR),
    ENROLMENT_WRITE(Role.OPERATOR),
    INVENTORY_READ(Role.VIEWER),
    RELEASES_READ(Role.VIEWER),
    RELEASES_WRITE(Role.ADMIN),
    MESHES_READ(Role.VIEWER),
    MESHES_WRITE(Role.OPERATOR),
    POLICIES_READ(Role.VIEWER),
    POLICIES_WRITE(Role.EDITOR),
    PROBES_READ(Role.VIEWER),
    PROBES_RUN(Role.EDITOR),
    ROLLOUTS_READ(Role.VIEWER),
    ROLLOUTS_WRITE(Role.OPERATOR),
    TELEMETRY_READ(Role.VIEWER),
    AUDIT_READ(Role.AUDITOR);

    private final Role least;

    Permission(Role least) {
        this.least = least;
    }

    /** Each role has what the one before has; only the audit log stands apart, for auditors and admins. */
    public boolean grantedTo(Role role) {
        return switch (least) {
            case AUDITOR -> role == Role.AUDITOR || role == Role.ADMIN;
            case VIEWER, EDITOR, OPERATOR, ADMIN -> role != Role.AUDITOR && role.compareTo(least) >= 0;
        };
    }

    /** As problems and the audit log name it: {@code clusters.write}. */
    public String text() {
        int cut = name().lastIndexOf('_');
        String[] words = name().substring(0, cut).toLowerCase(Locale.ROOT).split("_");
        StringBuilder noun = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            noun.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return noun + "." + name().substring(cut + 1).toLowerCase(Locale.ROOT);
    }
}
