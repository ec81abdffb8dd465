package io.weft.kit.seal;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An audit entry in the one form that is hashed: a line of JSON with its members in this order, absent ones left out,
 * {@code detail} as PostgreSQL prints jsonb. An export holds the same bytes, so {@code sha256sum} of a line is its digest.
 *
 * @param detail jsonb as text, which never holds a line break
 */
public record SealedEntry(
        UUID id,
        Instant time,
        String actorKind,
        String actor,
        String action,
        String targetKind,
        String targetId,
        @Nullable Long generationBefore,
        @Nullable Long generationAfter,
        String detail,
        @Nullable String requestId) {
    static final String PREFIX = "aud";
    static final String ORGANISATION = "org";

    /** Columns of {@code audit_entry e}. */
    static final String COLUMNS =
            "e.id, e.time, e.actor_kind, e.actor, e.action, e.target_kind, e.target_id, e.generation_before,"
                    + " e.generation_after, e.detail::text AS detail, e.request_id ";

    /** Without a line break. */
    public String line(TenantId tenant) {
        StringBuilder line = new StringBuilder(320 + detail.length());
        line.append("{\"id\":\"").append(PublicId.format(PREFIX, id)).append('"');
        text(line, "organisation", PublicId.format(ORGANISATION, tenant.value()));
        text(line, "time", SealTime.text(time));
        text(line, "actorKind", actorKind);
        text(line, "actor", actor);
        text(line, "action", action);
        text(line, "targetKind", targetKind);
        text(line, "targetId", targetId);
        number(line, "generationBefore", generationBefore);
        number(line, "generationAfter", generationAfter);
        text(line, "requestId", requestId);
        return line.append(",\"detail\":").append(detail).append('}').toString();
    }

    String digest(TenantId tenant) {
        return Digests.of(line(tenant));
    }

    private static void text(StringBuilder line, String name, @Nullable String value) {
        if (value != null) {
            line.append(",\"").append(name).append("\":\"");
            JsonStringEncoder.getInstance().quoteAsString(value, line);
            line.append('"');
        }
    }

    private static void number(StringBuilder line, String name, @Nullable Long value) {
        if (value != null) {
            line.append(",\"").append(name).append("\":").append((long) value);
        }
    }
}
