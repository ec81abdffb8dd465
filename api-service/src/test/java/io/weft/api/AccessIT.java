package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Keys, roles and the bootstrap. */
@HubTest
class AccessIT {
    private static String key(String name, String role, Instant expireTime) {
        return "{\"name\":\"%s\",\"spec\":{\"role\":\"%s\",\"expireTime\":\"%s\"}}".formatted(name, role, expireTime);
    }

    @Test
    void theBootstrapWritesOneKeyThatOnlyItsOwnerMayRead() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Hub.keyFile("acme"))))
                .isEqualTo("rw-------");
        Api.Reply acme = Api.acme().get("/organisations/current");
        assertThat(acme.body().path("name").asText()).isEqualTo("acme");
        assertThat(acme.id()).startsWith("org_");
        assertThat(Api.globex().get("/organisations/current").id()).isNotEqualTo(acme.id());
    }

    @Test
    void aSecretIsShownOnceAndNeverStored() {
        Api acme = Api.acme();
        String name = Api.unique("key");
        String body =
                key(name, "viewer", Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS));

        Api.Reply created = acme.post("/api-keys", body, "Idempotency-Key", name);
        Api.Reply again = acme.post("/api-keys", body, "Idempotency-Key", name);

        String secret = created.body().path("secret").asText();
        assertThat(secret).startsWith("weft_sat_");
        assertThat(new Api(secret).get("/clusters").status()).isEqualTo(200);
        assertThat(again.code()).isEqualTo("SECRET_ALREADY_ISSUED");
        assertThat(again.body().path("existingId").asText()).isEqualTo(created.id());
        assertThat(acme.get("/api-keys/" + created.id()).body().has("secret")).isFalse();
        for (String table : List.of("api_key", "idempotency_key", "audit_entry", "credential_index")) {
            assertThat(Hub.value("SELECT count(*) FROM " + table + " t WHERE t::text LIKE '%" + secret + "%'"))
                    .as(table)
                    .isEqualTo("0");
        }
    }

    @Test
    void aRevokedKeyIsRefusedAtOnceAndAnExpiredOneAsWell() {
        Api acme = Api.acme();
        Api.Reply created = acme.post(
                "/api-keys", key(Api.unique("key"), "viewer", Instant.now().plus(1, ChronoUnit.HOURS)));
        Api holder = new Api(created.body().path("secret").asText());
        assertThat(holder.get("/clusters").status()).isEqualTo(200);

        assertThat(acme.delete("/api-keys/" + created.id()).status()).isEqualTo(204);

        assertThat(holder.get("/clusters").status()).isEqualTo(401);
        assertThat(acme.get("/api-keys/" + created.id()).body().path("status").has("revokeTime"))
                .isTrue();

        Api.Reply brief = acme.post(
                "/api-keys", key(Api.unique("key"), "viewer", Instant.now().plusMillis(1500)));
        Api soonRefused = new Api(brief.body().path("secret").asText());
        assertThat(soonRefused.get("/clusters").status()).isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(soonRefused.get("/clusters").status()).isEqualTo(401));
    }

    @Test
    void aKeyMustExpireWithinAYear() {
        Api acme = Api.acme();

        assertThat(acme.post("/api-keys", key("k", "viewer", Instant.now().plus(400, ChronoUnit.DAYS)))
                        .violations())
                .isEqualTo(Map.of("spec.expireTime", "OUT_OF_RANGE"));
        assertThat(acme.post("/api-keys", key("k", "viewer", Instant.EPOCH)).violations())
                .isEqualTo(Map.of("spec.expireTime", "OUT_OF_RANGE"));
        assertThat(acme.post("/api-keys", "{\"name\":\"k\",\"spec\":{\"role\":\"root\"}}")
                        .violations())
                .isEqualTo(Map.of("spec.role", "UNKNOWN_VALUE", "spec.expireTime", "REQUIRED"));
    }

    @Test
    void theLastAdminKeyStays() {
        Api globex = Api.globex();
        String only =
                globex.get("/api-keys").body().path("items").path(0).path("id").asText();

        assertThat(globex.delete("/api-keys/" + only).code()).isEqualTo("STATE_CONFLICT");
        assertThat(globex.get("/clusters").status()).isEqualTo(200);
    }

    @Test
    void eachRoleMayDoWhatTheTableSaysAndNoMore() {
        String cluster = "{\"name\":\"%s\",\"spec\":{\"access\":\"observe\"}}";
        String policy =
                "{\"name\":\"%s\",\"kind\":\"mutualTls\",\"spec\":{\"target\":{\"namespace\":\"roles\",\"clusterSelector\":\"set=nowhere\"},"
                        + "\"mutualTls\":{\"mode\":\"strict\"}}}";

        assertThat(Api.as("viewer").get("/clusters").status()).isEqualTo(200);
        assertThat(Api.as("viewer").post("/policies", policy.formatted("p")).code())
                .isEqualTo("PERMISSION_MISSING");
        assertThat(Api.as("editor")
                        .post("/policies", policy.formatted(Api.unique("p")))
                        .status())
                .isEqualTo(201);
        Api.Reply refused = Api.as("editor").post("/clusters", cluster.formatted("c"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().path("permission").asText()).isEqualTo("clusters.write");
        assertThat(Api.as("operator")
                        .post("/clusters", cluster.formatted(Api.unique("c")))
                        .status())
                .isEqualTo(201);
        assertThat(Api.as("operator").get("/api-keys").status()).isEqualTo(403);
        assertThat(Api.as("operator").get("/audit-entries").status()).isEqualTo(403);
        assertThat(Api.as("auditor").get("/audit-entries").status()).isEqualTo(200);
        assertThat(Api.as("auditor").get("/clusters").status()).isEqualTo(403);
    }

    @Test
    void aRefusedWriteLeavesNothingEvenAsADryRun() {
        assertThat(Api.as("viewer").post("/clusters?dryRun=true", "{}").status())
                .isEqualTo(403);
    }
}
