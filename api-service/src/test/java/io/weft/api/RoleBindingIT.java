package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.kit.id.PublicId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Service accounts, the roles bound to them, and the keys they hold. */
@HubTest
class RoleBindingIT {
    private static String account() {
        return Api.acme()
                .post("/service-accounts", "{\"name\":\"%s\"}".formatted(Api.unique("account")))
                .id();
    }

    private static Api.Reply bind(Api by, String account, String role, String place) {
        return by.post("/role-bindings", """
                {"name":"%s","spec":{"serviceAccountId":"%s","role":"%s"%s}}
                """.formatted(Api.unique("binding"), account, role, place));
    }

    @Test
    void aKeyGivesWhatItsAccountMayDoAndWhatItsOwnRoleIncludes() {
        String account = account();
        Api narrow = Api.keyOf(account, "viewer");
        Api wide = Api.keyOf(account, "admin");
        assertThat(wide.get("/clusters").code()).as("no role is bound yet").isEqualTo("PERMISSION_MISSING");

        Api.Reply binding = bind(Api.acme(), account, "operator", "");

        assertThat(binding.status()).as(binding.body().toString()).isEqualTo(201);
        assertThat(narrow.get("/clusters").status()).isEqualTo(200);
        assertThat(narrow.post("/clusters?dryRun=true", "{}").status()).isEqualTo(403);
        assertThat(wide.post("/clusters?dryRun=true", "{}").status()).isEqualTo(422);
        assertThat(wide.get("/api-keys").status()).isEqualTo(403);

        assertThat(Api.acme().delete("/role-bindings/" + binding.id()).status()).isEqualTo(204);
        assertThat(narrow.get("/clusters").status()).as("at once").isEqualTo(403);
    }

    @Test
    void aKeyOfOneClusterIsConfinedToItAlthoughItsAccountIsNot() {
        String account = account();
        bind(Api.acme(), account, "viewer", "");
        String cluster = Fixtures.cluster(Api.acme(), "{}");
        String other = Fixtures.cluster(Api.acme(), "{}");
        Api key = new Api(Api.acme()
                .post("/api-keys", """
                        {"name":"%s","spec":{"role":"viewer","serviceAccountId":"%s","clusterId":"%s","expireTime":"%s"}}
                        """.formatted(
                        Api.unique("key"), account, cluster, Instant.now().plus(1, ChronoUnit.HOURS)))
                .body()
                .path("secret")
                .asText());

        assertThat(key.get("/clusters/" + cluster).status()).isEqualTo(200);
        assertThat(key.get("/clusters/" + other).status()).isEqualTo(404);
    }

    @Test
    void aDisabledAccountsKeysOpenNothingUntilItIsEnabled() {
        String account = account();
        bind(Api.acme(), account, "viewer", "");
        Api key = Api.keyOf(account, "viewer");
        assertThat(key.get("/clusters").status()).isEqualTo(200);

        Api.acme().patch("/service-accounts/" + account, "{\"spec\":{\"disabled\":true}}");
        assertThat(key.get("/clusters").status()).isEqualTo(401);

        Api.acme().patch("/service-accounts/" + account, "{\"spec\":{\"disabled\":false}}");
        assertThat(key.get("/clusters").status()).isEqualTo(200);
    }

    @Test
    void aDeletedAccountTakesItsKeysAndBindingsWithIt() {
        String account = account();
        String binding = bind(Api.acme(), account, "viewer", "").id();
        Api key = Api.keyOf(account, "viewer");
        assertThat(key.get("/clusters").status()).isEqualTo(200);

        assertThat(Api.acme().delete("/service-accounts/" + account).status()).isEqualTo(204);

        assertThat(key.get("/clusters").status()).isEqualTo(401);
        assertThat(Api.acme().get("/role-bindings/" + binding).status()).isEqualTo(404);
    }

    @Test
    void aRightThatAnotherProcessTookAwayIsGoneWithinFiveSeconds() {
        String account = account();
        bind(Api.acme(), account, "viewer", "");
        Api key = Api.keyOf(account, "viewer");
        assertThat(key.get("/clusters").status()).isEqualTo(200);
        Instant taken = Instant.now();

        Hub.sql("DELETE FROM role_binding WHERE service_account_id = '" + PublicId.parse("sa", account) + "'");

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(key.get("/clusters").status()).isEqualTo(403));
        assertThat(Duration.between(taken, Instant.now())).isLessThan(Duration.ofMillis(5_500));
    }

    @Test
    void aBindingEndsWhenItSays() {
        String account = account();
        bind(Api.acme(), account, "viewer", ",\"expireTime\":\"" + Instant.now().plusSeconds(2) + "\"");
        Api key = Api.keyOf(account, "viewer");
        assertThat(key.get("/clusters").status()).isEqualTo(200);

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(key.get("/clusters").status()).isEqualTo(403));
        assertThat(bind(Api.acme(), account, "viewer", ",\"expireTime\":\"2020-01-01T00:00:00Z\"")
                        .violations())
                .isEqualTo(Map.of("spec.expireTime", "OUT_OF_RANGE"));
    }

    @Test
    void nobodyBindsMoreThanTheyHaveInThatPlace() {
        String cluster = Fixtures.cluster(Api.acme(), "{}");
        String other = Fixtures.cluster(Api.acme(), "{}");
        String in = ",\"clusterId\":\"%s\"";
        Api clusterAdmin = Api.bound("admin", in.formatted(cluster));
        String account = account();

        Api.Reply within = bind(clusterAdmin, account, "admin", in.formatted(cluster));

        assertThat(within.status()).as(within.body().toString()).isEqualTo(201);
        assertThat(bind(clusterAdmin, account, "viewer", "").code()).isEqualTo("PERMISSION_MISSING");
        assertThat(bind(clusterAdmin, account, "viewer", in.formatted(other)).violations())
                .isEqualTo(Map.of("spec.clusterId", "UNKNOWN_REFERENCE"));
        assertThat(clusterAdmin
                        .patch("/role-bindings/" + within.id(), "{\"spec\":{\"clusterId\":null}}")
                        .code())
                .isEqualTo("PERMISSION_MISSING");
        String everywhere = bind(Api.acme(), account, "viewer", "").id();
        assertThat(clusterAdmin.delete("/role-bindings/" + everywhere).status()).isEqualTo(404);
        assertThat(bind(Api.as("operator"), account, "viewer", "").code()).isEqualTo("PERMISSION_MISSING");
        assertThat(bind(Api.acme(), account, "viewer", ",\"namespace\":\"shop\"")
                        .violations())
                .isEqualTo(Map.of("spec.clusterId", "REQUIRED"));
    }

    @Test
    void theLastAdminStays() {
        Api globex = Api.globex();
        String binding = globex.get("/role-bindings").body().at("/items/0/id").asText();
        String account =
                globex.get("/service-accounts").body().at("/items/0/id").asText();

        assertThat(globex.delete("/role-bindings/" + binding).code()).isEqualTo("STATE_CONFLICT");
        assertThat(globex.patch("/role-bindings/" + binding, "{\"spec\":{\"role\":\"viewer\"}}")
                        .code())
                .isEqualTo("STATE_CONFLICT");
        assertThat(globex.patch(
                                "/role-bindings/" + binding,
                                "{\"spec\":{\"expireTime\":\"" + Instant.now().plusSeconds(3600) + "\"}}")
                        .code())
                .isEqualTo("STATE_CONFLICT");
        assertThat(globex.delete("/service-accounts/" + account).code()).isEqualTo("STATE_CONFLICT");
        assertThat(globex.patch("/service-accounts/" + account, "{\"spec\":{\"disabled\":true}}")
                        .code())
                .isEqualTo("STATE_CONFLICT");
        assertThat(globex.get("/clusters").status()).isEqualTo(200);
    }

    @Test
    void ofTwoAdminsThatAreTakenAwayAtOnceOneStays() throws Exception {
        Api globex = Api.globex();
        String first = globex.get("/role-bindings").body().at("/items/0/id").asText();
        String account =
                globex.get("/service-accounts").body().at("/items/0/id").asText();
        String second = bind(globex, account, "admin", "").id();

        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> answers = List.of(
                    both.submit(() -> globex.delete("/role-bindings/" + first).status()),
                    both.submit(() -> globex.delete("/role-bindings/" + second).status()));
            assertThat(List.of(answers.get(0).get(), answers.get(1).get())).contains(204);
        }

        assertThat(Hub.value("SELECT count(*) FROM role_binding b JOIN tenant t ON t.id = b.tenant_id"
                        + " WHERE t.name = 'globex' AND role = 'admin'"))
                .isEqualTo("1");
    }

    @Test
    void theLastUseOfAKeyIsShown() {
        String account = account();
        bind(Api.acme(), account, "viewer", "");
        String name = Api.unique("key");
        Api.Reply created = Api.acme().post("/api-keys", """
                {"name":"%s","spec":{"role":"viewer","serviceAccountId":"%s","expireTime":"%s"}}
                """.formatted(
                        name, account, Instant.now().plus(1, ChronoUnit.HOURS)));
        assertThat(created.body().path("status").has("lastUseTime")).isFalse();

        new Api(created.body().path("secret").asText()).get("/clusters");

        assertThat(Instant.parse(Api.acme()
                        .get("/api-keys/" + created.id())
                        .body()
                        .at("/status/lastUseTime")
                        .asText()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }
}
