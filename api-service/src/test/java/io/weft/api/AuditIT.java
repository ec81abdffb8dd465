package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.audit.ExportSlots;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import io.weft.testkit.Checkout;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log is verified and exported; refused attempts are in it. */
@HubTest
class AuditIT {
    private static final String VERIFICATION = "/audit-entries/verification";

    @Inject
    @SuppressWarnings("NullAway.Init")
    ExportSlots slots;

    @Test
    void theLogIsIntactUntilSomebodyTouchesIt() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        Hub.seal("acme");
        JsonNode intact = acme.get(VERIFICATION).body();
        assertThat(intact.path("verdict").asText()).isEqualTo("intact");
        assertThat(intact.path("entriesChecked").asInt()).isPositive();
        assertThat(intact.path("entriesPending").asInt()).isZero();
        assertThat(intact.path("keys")).hasSize(1);
        assertThat(intact.path("firstBroken").isMissingNode()).isTrue();
        String head = intact.path("head").asText();

        String actor = Hub.value("SELECT actor FROM audit_entry WHERE target_id = '" + cluster + "'");
        Hub.sql("UPDATE audit_entry SET actor = 'key_other' WHERE target_id = '" + cluster + "'");
        JsonNode broken = acme.get(VERIFICATION).body();
        String entry = acme.get("/audit-entries?targetId=" + cluster)
                .body()
                .at("/items/0/id")
                .asText();
        Hub.sql("UPDATE audit_entry SET actor = '" + actor + "' WHERE target_id = '" + cluster + "'");

        assertThat(broken.path("verdict").asText()).isEqualTo("broken");
        assertThat(broken.at("/firstBroken/reason").asText()).isEqualTo("EntriesChanged");
        assertThat(broken.at("/firstBroken/entries/0").asText()).isEqualTo(entry);
        assertThat(broken.at("/firstBroken/entryCount").asInt()).isEqualTo(1);
        assertThat(acme.get(VERIFICATION + "?knownHead=" + head)
                        .body()
                        .path("verdict")
                        .asText())
                .as("as before")
                .isEqualTo("intact");
        assertThat(acme.get(VERIFICATION + "?knownHead=" + head.replaceAll(":.*", ":" + "0".repeat(64)))
                        .body()
                        .at("/firstBroken/reason")
                        .asText())
                .isEqualTo("KnownHeadMissing");
        assertThat(Api.globex().get(VERIFICATION).body().path("verdict").asText())
                .isEqualTo("intact");
    }

    @Test
    void whatIsWrittenWaitsForItsSealAndIsIntactMeanwhile() {
        Api acme = Api.acme();
        Fixtures.cluster(acme, "{}");

        JsonNode waiting = acme.get(VERIFICATION).body();
        Hub.seal("acme");
        JsonNode sealed = acme.get(VERIFICATION).body();

        assertThat(waiting.path("verdict").asText()).isEqualTo("intact");
        assertThat(waiting.path("entriesPending").asInt()).isPositive();
        assertThat(waiting.path("oldestPending").asText()).isNotEmpty();
        assertThat(sealed.path("entriesPending").asInt()).isZero();
        assertThat(Instant.parse(sealed.path("sealedThrough").asText()))
                .isAfterOrEqualTo(Instant.parse(waiting.path("oldestPending").asText()));
    }

    @Test
    void parametersAreJudgedAndTheAuditorAloneMayAsk() {
        Api acme = Api.acme();
        for (String wrong : List.of(
                "?from=yesterday",
                "?to=1960-01-01T00:00:00Z",
                "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                "?knownHead=7",
                "?pageToken=x",
                "?pageSize=1")) {
            assertThat(acme.get(VERIFICATION + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(Api.as("auditor").get(VERIFICATION).status()).isEqualTo(200);
        assertThat(Api.as("operator").get(VERIFICATION).status()).isEqualTo(403);
        assertThat(Api.as("operator").get("/audit-entries/export").status()).isEqualTo(403);
        assertThat(acme.get("/audit-entries/export?from=x").status()).isEqualTo(400);
    }

    @Test
    void anExportIsVerifiedWithoutWeft(@TempDir Path folder) throws Exception {
        Api acme = Api.acme();
        for (int i = 0; i < 60; i++) {
            Fixtures.cluster(acme, "{}");
        }
        Hub.seal("acme");
        assertThat(acme.post(
                                "/clusters/" + Fixtures.cluster(acme, "{}") + "/agent-revocations",
                                "{\"reason\":\"\\\"quoted\\\" \\\\ \\n ünïcode\"}")
                        .status())
                .isBetween(200, 204);
        Hub.seal("acme");
        Fixtures.cluster(acme, "{}");

        Path export = folder.resolve("export.ndjson");
        List<String> lines = export(acme, export);

        Run intact = script(export, Hub.sealingKey());
        assertThat(intact.output()).contains("are intact").contains("have no seal yet");
        assertThat(intact.code()).isZero();
        assertThat(intact.output())
                .contains("head " + acme.get(VERIFICATION).body().path("head").asText());
        assertThat(lines.stream().filter(line -> line.startsWith("{\"id\":")).count())
                .isEqualTo(
                        Long.parseLong(
                                Hub.value(
                                        "SELECT count(*) FROM audit_entry WHERE tenant_id = (SELECT id FROM tenant WHERE name = 'acme')")));

        assertThat(script(export, "0".repeat(64)).output()).contains("not among those you trust");
        assertThat(tampered(folder, without(lines, first(lines, "{\"id\":")))).contains("are missing");
        assertThat(tampered(folder, changed(lines, first(lines, "{\"id\":"), "\"actor\":\"", "\"actor\":\"x")))
                .contains("are not what was sealed");
        assertThat(tampered(folder, without(lines, first(lines, "{\"seal\":")))).contains("BROKEN");
        assertThat(tampered(folder, swapped(lines, first(lines, "{\"seal\":") - 2)))
                .contains("in another order");
        assertThat(tampered(folder, lines.subList(0, lines.size() - 1))).contains("not whole");
        int seal = first(lines, "{\"seal\":");
        String statement = lines.get(seal).replaceAll(".*\"statement\":\"([^\"]*)\".*", "$1");
        String other = Base64.getEncoder()
                .encodeToString(new String(Base64.getDecoder().decode(statement), StandardCharsets.UTF_8)
                        .replaceFirst("\nnumber ", "\nnumber 1")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(tampered(folder, changed(lines, seal, statement, other))).contains("is not what key");
    }

    @Test
    void anExportOfARangeHoldsItsSealsOnlyAndNothingOfOthers(@TempDir Path folder) throws Exception {
        Api globex = Api.globex();
        String before = Fixtures.cluster(globex, "{}");
        Hub.seal("globex");
        String from = Instant.parse(globex.get("/audit-entries?targetId=" + before)
                        .body()
                        .at("/items/0/time")
                        .asText())
                .plus(1, ChronoUnit.MICROS)
                .toString();
        String inside = Fixtures.cluster(globex, "{}");
        Hub.seal("globex");
        Path export = folder.resolve("export.ndjson");
        Files.write(export, globex.bytes("/audit-entries/export?from=" + from));

        String text = Files.readString(export);
        assertThat(text).contains(inside).doesNotContain(before);
        assertThat(script(export, Hub.sealingKey()).code()).isZero();
        String acme = Hub.value("SELECT id::text FROM tenant WHERE name = 'acme'");
        assertThat(text).doesNotContain(PublicId.format("org", UUID.fromString(acme)));
    }

    @Test
    void anOrganisationHasOneExportAtATime() throws IOException {
        UUID acme = UUID.fromString(Hub.value("SELECT id::text FROM tenant WHERE name = 'acme'"));
        List<Api.Reply> meanwhile = new ArrayList<>();
        slots.run(new TenantId(acme), () -> {
            meanwhile.add(Api.acme().get("/audit-entries/export"));
            meanwhile.add(Api.globex().get("/audit-entries/export"));
        });

        assertThat(meanwhile.get(0).status()).isEqualTo(429);
        assertThat(meanwhile.get(0).code()).isEqualTo("RATE_LIMITED");
        assertThat(meanwhile.get(0).header("Retry-After")).isNotEmpty();
        assertThat(meanwhile.get(1).status()).isEqualTo(200);
        assertThat(Api.acme().get("/audit-entries/export").status()).isEqualTo(200);
    }

    private record Run(int code, String output) {}

    private static Run script(Path export, String key) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        Checkout.root().resolve("docs/verify-audit-export.sh").toString(),
                        export.toString(),
                        key)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }

    private static String tampered(Path folder, List<String> lines) throws Exception {
        Path file = folder.resolve("tampered.ndjson");
        Files.write(file, lines);
        Run run = script(file, Hub.sealingKey());
        assertThat(run.code()).as(run.output()).isEqualTo(1);
        return run.output();
    }

    private static List<String> export(Api api, Path file) throws IOException {
        Files.write(file, api.bytes("/audit-entries/export"));
        return Files.readAllLines(file);
    }

    private static int first(List<String> lines, String beginning) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(beginning)) {
                return i;
            }
        }
        throw new AssertionError("no line begins with " + beginning);
    }

    private static List<String> without(List<String> lines, int index) {
        List<String> changed = new ArrayList<>(lines);
        changed.remove(index);
        return changed;
    }

    private static List<String> changed(List<String> lines, int index, String text, String by) {
        List<String> changed = new ArrayList<>(lines);
        changed.set(index, lines.get(index).replace(text, by));
        assertThat(changed).isNotEqualTo(lines);
        return changed;
    }

    private static List<String> swapped(List<String> lines, int index) {
        List<String> changed = new ArrayList<>(lines);
        changed.set(index, lines.get(index + 1));
        changed.set(index + 1, lines.get(index));
        return changed;
    }

    // Refused attempts -----------------------------------------------------------------------------------------

    private record Key(String id, Api api) {}

    private static Key key(String role, Duration life) {
        Api.Reply created = Api.acme()
                .post(
                        "/api-keys",
                        "{\"name\":\"%s\",\"spec\":{\"role\":\"%s\",\"expireTime\":\"%s\"}}"
                                .formatted(
                                        Api.unique("refused"),
                                        role,
                                        Instant.now().plus(life)));
        return new Key(created.id(), new Api(created.body().path("secret").asText()));
    }

    private static List<JsonNode> refusals(String actor) {
        return StreamSupport.stream(
                        Api.acme()
                                .get("/audit-entries?pageSize=200&actor=" + actor)
                                .body()
                                .path("items")
                                .spliterator(),
                        false)
                .filter(entry -> entry.path("action").asText().equals("access.refused"))
                .toList();
    }

    @Test
    void aRevokedAgentIsInTheLogWithTheReason() {
        Api acme = Api.acme();
        String cluster = Fixtures.cluster(acme, "{}");
        acme.post("/clusters/" + cluster + "/agent-revocations", "{\"reason\":\"stolen\"}");

        JsonNode entry = acme.get("/audit-entries?targetId=" + cluster).body().at("/items/1");
        assertThat(entry.path("action").asText()).isEqualTo("cluster.revokeAgent");
        assertThat(entry.at("/detail/reason").asText()).isEqualTo("stolen");
    }

    @Test
    void healthNamesEveryCheckOfTheStart() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(
                            HttpRequest.newBuilder(URI.create(Api.base().replace("/api/v1", "/q/health")))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(body)
                    .contains(
                            "\"safety\"",
                            "\"bootstrap\": \"safe\"",
                            "\"clock\": \"safe\"",
                            "\"databasePassword\": \"safe\"",
                            "\"databaseRole\": \"safe\"",
                            "\"databaseVersion\": \"safe\"",
                            "\"pageTokenKeyFile\": \"safe\"",
                            "\"plainHttp\": \"safe\"");
        }
    }

    @Test
    void whoLacksAPermissionIsFoundInTheLogWithoutValuesOfTheQuery() {
        Key viewer = key("viewer", Duration.ofHours(1));
        assertThat(viewer.api()
                        .post(
                                "/clusters?dryRun=true&secret=planted",
                                "{\"name\":\"planted\"}",
                                "X-Request-Id",
                                "refused.1")
                        .status())
                .isEqualTo(403);
        assertThat(viewer.api().get("/clusters").status()).isEqualTo(200);
        assertThat(viewer.api().get("/clusters/clu_unknown").status()).isEqualTo(404);

        assertThat(refusals(viewer.id())).singleElement().satisfies(entry -> {
            assertThat(entry.path("targetKind").asText()).isEqualTo("permission");
            assertThat(entry.path("targetId").asText()).isEqualTo("clusters.write");
            assertThat(entry.at("/detail/request").asText()).isEqualTo("POST /api/v1/clusters");
            assertThat(entry.at("/detail/roles").asText()).isEqualTo("admin as viewer");
            assertThat(entry.path("requestId").asText()).isEqualTo("refused.1");
            assertThat(entry.toString()).doesNotContain("planted");
        });
    }

    @Test
    void aRevokedAndAnExpiredKeyAreFoundInTheLogAndAnUnknownOneIsNot() {
        Key revoked = key("viewer", Duration.ofHours(1));
        Api.acme().delete("/api-keys/" + revoked.id());
        assertThat(revoked.api().get("/clusters").status()).isEqualTo(401);
        assertThat(refusals(revoked.id()))
                .singleElement()
                .satisfies(
                        entry -> assertThat(entry.at("/detail/reason").asText()).isEqualTo("revoked"));

        Key expired = key("viewer", Duration.ofMillis(1500));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(expired.api().get("/clusters").status()).isEqualTo(401));
        assertThat(refusals(expired.id()))
                .first()
                .satisfies(
                        entry -> assertThat(entry.at("/detail/reason").asText()).isEqualTo("expired"));

        String before = Hub.value("SELECT count(*) FROM audit_entry");
        assertThat(new Api("weft_sat_" + "A".repeat(49)).get("/clusters").status())
                .isEqualTo(401);
        assertThat(Hub.value("SELECT count(*) FROM audit_entry")).isEqualTo(before);
    }

    @Test
    void aFloodOfRefusedAttemptsCannotFillTheLog() {
        Key viewer = key("viewer", Duration.ofHours(1));
        for (int i = 0; i < 40; i++) {
            assertThat(viewer.api().post("/clusters", "{}").status()).isEqualTo(403);
        }

        assertThat(refusals(viewer.id())).hasSizeBetween(10, 12);
        Key other = key("viewer", Duration.ofHours(1));
        assertThat(other.api().post("/clusters", "{}").status()).isEqualTo(403);
        assertThat(refusals(other.id())).as("each key has its own allowance").hasSize(1);
    }
}
