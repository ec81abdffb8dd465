package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.access.CredentialText;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for every resource, shown on clusters. */
@HubTest
class ConventionsIT {
    private static String cluster(String name) {
        return "{\"name\":\"" + name + "\",\"spec\":{\"access\":\"observe\"}}";
    }

    @Test
    void withoutACredentialNothingIsAnswered() {
        Api.Reply reply = new Api("").get("/clusters");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo("UNAUTHENTICATED");
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
    }

    @Test
    void aKeyThatWasNeverIssuedIsRefusedThoughItsChecksumIsRight() {
        String forged =
                CredentialText.create(CredentialText.API_KEY, new Random(1)).text();

        assertThat(new Api(forged).get("/clusters").status()).isEqualTo(401);
    }

    @Test
    void aProblemNamesItsCodeItsPathAndTheRequest() {
        Api.Reply reply = Api.acme().get("/clusters/clu_nonsense", "X-Request-Id", "my-request.7");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body().path("instance").asText()).isEqualTo("/api/v1/clusters/clu_nonsense");
        assertThat(reply.body().path("requestId").asText()).isEqualTo("my-request.7");
        assertThat(reply.header("X-Request-Id")).isEqualTo("my-request.7");
        assertThat(reply.body().path("type").asText()).isEqualTo("/problems/not-found");
    }

    @Test
    void aRequestIdThatCouldForgeLogLinesIsReplaced() {
        assertThat(Api.acme().get("/clusters", "X-Request-Id", "a b").header("X-Request-Id"))
                .matches("[0-9a-f]{16}");
    }

    @Test
    void whatTheFrameworkRefusesIsAProblemAsWell() {
        Api acme = Api.acme();

        assertThat(acme.get("/nothing").code()).isEqualTo("NOT_FOUND");
        assertThat(acme.delete("/clusters").code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(acme.get("/clusters", "Accept", "text/html").code()).isEqualTo("NOT_ACCEPTABLE");
        assertThat(acme.send(acme.request("/clusters", "Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("x")))
                        .code())
                .isEqualTo("MEDIA_TYPE_UNSUPPORTED");
    }

    @Test
    void noOtherReaderOfTheFrameworkTakesABodyPastTheRules() {
        Api acme = Api.acme();
        for (String type : List.of("application/x-ndjson", "application/stream+json", "application/octet-stream")) {
            for (String list : List.of(
                    "/clusters",
                    "/meshes",
                    "/installations",
                    "/policies",
                    "/rollouts",
                    "/api-keys",
                    "/enrolment-tokens")) {
                assertThat(acme.send(acme.request(list, "Content-Type", type)
                                        .POST(BodyPublishers.ofString(
                                                "{\"name\":\"../X\",\"spec\":{\"access\":\"root\"}}")))
                                .code())
                        .as(list + " " + type)
                        .isEqualTo("MEDIA_TYPE_UNSUPPORTED");
            }
        }
    }

    @Test
    void brokenJsonIsToldByLineAndColumn() {
        Api.Reply reply = Api.acme().post("/clusters", "{\"name\":\"a\",\n  \"spec\":}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body().path("line").asInt()).isEqualTo(2);
        assertThat(reply.body().path("column").asInt()).isEqualTo(10);
        assertThat(reply.body().toString()).doesNotContain("java", "jackson", "Source");
    }

    @Test
    void anEmptyBodyDuplicateKeysAndTrailingTextAreUnreadable() {
        Api acme = Api.acme();

        assertThat(acme.post("/clusters", "").code()).isEqualTo("BODY_UNREADABLE");
        assertThat(acme.post("/clusters", "{\"name\":\"a\",\"name\":\"b\"}").code())
                .isEqualTo("BODY_UNREADABLE");
        assertThat(acme.post("/clusters", cluster("a") + "{}").code()).isEqualTo("BODY_UNREADABLE");
        assertThat(acme.post("/clusters", "[".repeat(100_000)).code()).isEqualTo("BODY_UNREADABLE");
    }

    @Test
    void whatTheDatabaseCannotHoldIsUnreadableAndNoFailure() {
        Api acme = Api.acme();
        String policy = "{\"name\":\"p\",\"kind\":\"mutualTls\",\"spec\":{%s}}";

        assertThat(acme.post("/policies", policy.formatted("\"a\":\"\\u0000\"")).code())
                .isEqualTo("BODY_UNREADABLE");
        assertThat(acme.post("/policies", policy.formatted("\"\\u0000\":1")).code())
                .isEqualTo("BODY_UNREADABLE");
        assertThat(acme.post("/policies", policy.formatted("\"a\":1e999")).code())
                .isEqualTo("BODY_UNREADABLE");
        assertThat(acme.get("/audit-entries?targetId=%00").code()).isEqualTo("PARAMETER_INVALID");
    }

    @Test
    void allViolationsComeAtOnceWithTheCallersPaths() {
        Api.Reply reply = Api.acme().post("/clusters", """
                {"name":"UPPER","labels":{"team":"a b"},"colour":"red",
                 "spec":{"access":"root","lifecycleReleases":"istio","namespaceSelector":"((","depth":3}}
                """);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.violations())
                .isEqualTo(Map.of(
                        "name", "INVALID_NAME",
                        "labels[\"team\"]", "INVALID_LABEL",
                        "colour", "UNKNOWN_FIELD",
                        "spec.access", "UNKNOWN_VALUE",
                        "spec.lifecycleReleases", "WRONG_TYPE",
                        "spec.namespaceSelector", "INVALID_SELECTOR",
                        "spec.depth", "UNKNOWN_FIELD"));
    }

    @Test
    void whatWasReadCanBeSentBack() {
        Api acme = Api.acme();
        Api.Reply created = acme.post("/clusters", cluster(Api.unique("c")));

        assertThat(acme.put("/clusters/" + created.id(), created.body().toString())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anUnknownParameterIsRefusedByName() {
        Api.Reply reply = Api.acme().get("/clusters?colour=red");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("PARAMETER_UNKNOWN");
        assertThat(reply.violations()).containsKey("colour");
    }

    @Test
    void aBodyAboveOneMebibyteIsRefused() {
        assertThat(Api.acme().post("/clusters", " ".repeat(1024 * 1024 + 1)).code())
                .isEqualTo("BODY_TOO_LARGE");
    }

    @Test
    void aStaleIfMatchIsRefusedWithBothGenerations() {
        Api acme = Api.acme();
        Api.Reply created = acme.post("/clusters", cluster(Api.unique("c")));
        String path = "/clusters/" + created.id();
        String name = created.body().path("name").asText();
        assertThat(acme.put(path, cluster(name), "If-Match", created.header("ETag"))
                        .status())
                .isEqualTo(200);

        Api.Reply stale = acme.put(path, cluster(name), "If-Match", created.header("ETag"));

        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.body().path("expectedGeneration").asInt()).isEqualTo(1);
        assertThat(stale.body().path("currentGeneration").asInt()).isEqualTo(2);
        assertThat(acme.delete(path, "If-Match", created.header("ETag")).status())
                .isEqualTo(412);
    }

    @Test
    void aStatusThatChangesMakesNoWriteFailButAReaderReadAgain() {
        Api acme = Api.acme();
        Api.Reply created = acme.post("/clusters", cluster(Api.unique("c")));
        String path = "/clusters/" + created.id();
        assertThat(acme.get(path, "If-None-Match", created.header("ETag")).status())
                .isEqualTo(304);

        Fixtures.connected(created.id());

        assertThat(acme.get(path, "If-None-Match", created.header("ETag")).status())
                .isEqualTo(200);
        assertThat(acme.put(path, cluster(created.body().path("name").asText()), "If-Match", created.header("ETag"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void theSameKeyAndBodyGiveTheFirstAnswerOnce() {
        Api acme = Api.acme();
        String name = Api.unique("c");

        Api.Reply first = acme.post("/clusters", cluster(name), "Idempotency-Key", name);
        Api.Reply again = acme.post("/clusters", cluster(name), "Idempotency-Key", name);
        Api.Reply other = acme.post("/clusters", cluster(Api.unique("c")), "Idempotency-Key", name);

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(other.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        assertThat(Hub.value("SELECT count(*) FROM cluster WHERE name = '" + name + "'"))
                .isEqualTo("1");
    }

    @Test
    void aTakenNameIsToldWithWhoHasIt() {
        Api acme = Api.acme();
        Api.Reply first = acme.post("/clusters", cluster(Api.unique("c")));

        Api.Reply second =
                acme.post("/clusters", cluster(first.body().path("name").asText()));

        assertThat(second.code()).isEqualTo("NAME_TAKEN");
        assertThat(second.body().path("existingId").asText()).isEqualTo(first.id());
    }

    @Test
    void namesOfAnotherOrganisationAreFree() {
        String name = Api.unique("c");

        assertThat(Api.acme().post("/clusters", cluster(name)).status()).isEqualTo(201);
        assertThat(Api.globex().post("/clusters", cluster(name)).status()).isEqualTo(201);
    }

    @Test
    void aDryRunAnswersTheSameAndLeavesNothing() {
        Api acme = Api.acme();
        String name = Api.unique("c");

        Api.Reply dry = acme.post("/clusters?dryRun=true", cluster(name), "Idempotency-Key", name);

        assertThat(dry.status()).isEqualTo(201);
        assertThat(dry.body().path("name").asText()).isEqualTo(name);
        assertThat(Hub.value("SELECT count(*) FROM cluster WHERE name = '" + name + "'"))
                .isEqualTo("0");
        assertThat(Hub.value("SELECT count(*) FROM audit_entry WHERE target_id = '" + dry.id() + "'"))
                .isEqualTo("0");
        assertThat(acme.post("/clusters", cluster(name), "Idempotency-Key", name)
                        .status())
                .as("the dry run has not used up the key")
                .isEqualTo(201);
        assertThat(acme.post("/clusters?dryRun=true", cluster(name)).code()).isEqualTo("NAME_TAKEN");
    }

    @Test
    void pagesFollowOneAnotherAndForeignOrForgedTokensAreRefused() {
        Api acme = Api.acme();
        String label = Api.unique("page");
        for (int i = 0; i < 3; i++) {
            Fixtures.cluster(acme, "{\"page\":\"" + label + "\"}");
        }
        String list = "/clusters?labelSelector=page%3D" + label + "&pageSize=2";

        Api.Reply first = acme.get(list);
        String token = first.body().path("nextPageToken").asText();
        Api.Reply second = acme.get(list + "&pageToken=" + token);

        assertThat(first.body().path("items")).hasSize(2);
        assertThat(second.body().path("items")).hasSize(1);
        assertThat(second.body().path("nextPageToken").isNull()).isTrue();
        assertThat(acme.get("/clusters?pageToken=" + token).code())
                .as("other filters")
                .isEqualTo("PAGE_TOKEN_INVALID");
        assertThat(Api.globex().get(list + "&pageToken=" + token).code())
                .as("another organisation")
                .isEqualTo("PAGE_TOKEN_INVALID");
        String forged = (token.charAt(0) == 'A' ? "B" : "A") + token.substring(1);
        assertThat(acme.get(list + "&pageToken=" + forged).code()).as("forged").isEqualTo("PAGE_TOKEN_INVALID");
    }
}
