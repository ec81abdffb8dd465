package io.weft.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.access.ServiceAccountWrite.ServiceAccountSpec;
import io.weft.api.http.Json;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A service account as it is answered. */
public record ServiceAccountView(
        String id,
        String name,
        Map<String, String> labels,
        long generation,
        Instant createTime,
        Instant updateTime,
        ServiceAccountSpec spec,
        Status status)
        implements Viewed {
    /** How many keys of it are in force, and how many roles are bound to it. */
    @Schema(name = "ServiceAccountStatus")
    public record Status(long apiKeys, long roleBindings) {}

    record ServiceAccountRow(
            UUID id,
            String name,
            JsonNode labels,
            long generation,
            boolean disabled,
            String description,
            Instant createTime,
            Instant updateTime,
            long apiKeys,
            long roleBindings)
            implements Positioned {}

    static ServiceAccountView from(ServiceAccountRow row) {
        return new ServiceAccountView(
                PublicId.format(Prefix.SERVICE_ACCOUNT, row.id()),
                row.name(),
                Json.labels(row.labels()),
                row.generation(),
                row.createTime(),
                row.updateTime(),
                new ServiceAccountSpec(row.description(), row.disabled()),
                new Status(row.apiKeys(), row.roleBindings()));
    }
}
