package io.weft.api.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Viewed;
import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An uploaded release as it is answered; nothing of it ever changes but the computed rules. */
public record ReleaseView(String id, String name, long generation, Instant createTime, Status status)
        implements Viewed {
    /**
     * What is known of the object.
     *
     * @param digest {@code sha256:<hex>} of the bundle
     * @param kubernetes {@code {min, max}}, minors that the release runs on
     * @param upgradesFrom minors that the release can replace
     * @param lifecycleRules what an agent must itself be allowed to install it; empty while they are computed
     */
    @Schema(name = "MeshReleaseStatus")
    public record Status(
            String family,
            String version,
            String digest,
            JsonNode modes,
            JsonNode kubernetes,
            JsonNode upgradesFrom,
            JsonNode images,
            JsonNode lifecycleRules) {}

    record ReleaseRow(
            UUID id,
            String family,
            String version,
            String digest,
            JsonNode document,
            JsonNode lifecycleRules,
            Instant createTime)
            implements Positioned {}

    static ReleaseView from(ReleaseRow row) {
        JsonNode document = row.document();
        return new ReleaseView(
                PublicId.format(Prefix.RELEASE, row.id()),
                row.family() + "-" + row.version(),
                1,
                row.createTime(),
                new Status(
                        row.family(),
                        row.version(),
                        row.digest(),
                        document.path("modes"),
                        document.path("kubernetes"),
                        document.path("upgradesFrom"),
                        document.path("images"),
                        row.lifecycleRules()));
    }
}
