package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** A password that is in every book opens every organisation's rows. */
@Singleton
@Unremovable
public final class DatabasePasswordCheck implements ReadinessCheck {
    static final int SHORTEST = 12;

    private static final String SETTING = "quarkus.datasource.password ";
    private static final String ADVICE =
            ": give this login a random password of its own, for example of openssl rand -hex 24";
    private static final Set<String> WELL_KNOWN = Set.of(
            "postgres",
            "postgresql",
            "password",
            "passwort",
            "passwd",
            "changeme",
            "changeit",
            "changethis",
            "pleasechangeme",
            "admin",
            "administrator",
            "root",
            "secret",
            "default",
            "example",
            "letmein",
            "welcome",
            "quarkus",
            "qwerty",
            "test",
            "weft",
            "weftapi",
            "weftfleet",
            "weftupgrade",
            "weftowner");

    private final String login;
    private final String password;

    public DatabasePasswordCheck(
            @ConfigProperty(name = "quarkus.datasource.username") String login,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password) {
        this.login = login;
        this.password = password.orElse("");
    }

    @Override
    public List<String> dangers() {
        String reason = reason();
        return reason == null ? List.of() : List.of(SETTING + "of login " + login + " " + reason + ADVICE);
    }

    /** Digits, signs and case around a well-known word make no other word of it. */
    private @Nullable String reason() {
        String letters = letters(password);
        if (password.isEmpty()) {
            return "is empty";
        }
        if (password.equalsIgnoreCase(login) || letters.equals(letters(login))) {
            return "is the login's name";
        }
        if (WELL_KNOWN.contains(letters)) {
            return "is a well-known one";
        }
        return password.length() < SHORTEST ? "is shorter than " + SHORTEST + " characters" : null;
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }

    @Override
    public String toString() {
        return "DatabasePasswordCheck[password hidden]";
    }
}
