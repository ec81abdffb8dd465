package io.weft.agent.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.agent.FakeApi;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.kube.Json;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot.CheckSpec;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChecksTest {
    private static final String PODS = "/api/v1/namespaces/weft-probes/pods";
    private static final String INJECTED = """
            {"namespace":"weft-probes","labels":{"istio.io/rev":"1-27-0"},"annotated":{"istio.io/rev":"1-27-0"},
             "container":"istio-proxy"}""";
    private static final String BAD = """
            {"object":{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"bad"}}}""";

    private FakeApi cluster;
    private Checks checks;

    @BeforeEach
    void start() throws IOException {
        cluster = new FakeApi();
        cluster.objects.put("/api/v1", "{\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\",\"namespaced\":true}]}");
        cluster.objects.put(
                "/apis/apps/v1",
                "{\"resources\":[{\"name\":\"deployments\",\"kind\":\"Deployment\",\"namespaced\":true}]}");
        checks = new Checks(cluster.api, new ApiPaths(cluster.api, InstantSource.system()));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aProxyOfAnotherRevisionsInjectorIsNoProof() {
        answerToPods(201, """
                {"metadata":{"labels":{"istio.io/rev":"1-27-0"},"annotations":{"istio.io/rev":"1-26-0"}},
                 "spec":{"initContainers":[{"name":"istio-proxy"}]}}""");
        assertThat(look("dryRunPodInjected", INJECTED))
                .isInstanceOfSatisfying(
                        CheckResult.Waiting.class,
                        waiting -> assertThat(waiting.seen()).contains("1-26-0").contains("1-27-0"));
        answerToPods(201, """
                {"metadata":{"annotations":{"istio.io/rev":"1-27-0"}},"spec":{"containers":[{"name":"istio-proxy"}]}}""");
        assertThat(look("dryRunPodInjected", INJECTED)).isEqualTo(CheckResult.PASSED);
    }

    @Test
    void aPodWithoutTheContainerOrInANamespaceThatIsNotThereWaits() {
        answerToPods(201, "{\"metadata\":{\"annotations\":{\"istio.io/rev\":\"1-27-0\"}},\"spec\":{}}");
        assertThat(look("dryRunPodInjected", INJECTED)).isInstanceOf(CheckResult.Waiting.class);
        answerToPods(404, "{\"message\":\"namespaces \\\"weft-probes\\\" not found\"}");
        assertThat(look("dryRunPodInjected", INJECTED)).isInstanceOf(CheckResult.Waiting.class);
    }

    @Test
    void onlyTheWebhooksOwnDenialShowsThatItJudges() {
        refuse(422, "Pod \"bad\" is invalid: spec.containers: Required value");
        assertThat(look("dryRunRefused", BAD)).isInstanceOf(CheckResult.Waiting.class);
        refuse(403, "pods is forbidden: User \"weft-agent\" cannot create resource \"pods\"");
        assertThat(look("dryRunRefused", BAD)).isInstanceOf(CheckResult.Waiting.class);
        refuse(500, "failed calling webhook \"validation.istio.io\": connection refused");
        assertThat(look("dryRunRefused", BAD)).isInstanceOf(CheckResult.Waiting.class);
        refuse(400, "admission webhook \"validation.istio.io\" denied the request: configuration is invalid");
        assertThat(look("dryRunRefused", BAD)).isEqualTo(CheckResult.PASSED);
    }

    @Test
    void nothingIsAvailableOfAWorkloadThatIsScaledToNothing() {
        deployment("[]");
        assertThat(look("available", ""))
                .isInstanceOfSatisfying(
                        CheckResult.Waiting.class,
                        waiting -> assertThat(waiting.seen()).contains("0 replicas are wanted"));
        deployment("[{\"manager\":\"weft\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:spec\":{\"f:replicas\":{}}}}]");
        assertThat(look("available", "")).isEqualTo(CheckResult.PASSED);
    }

    private void deployment(String managedFields) {
        cluster.objects.put("/apis/apps/v1/namespaces/shop/deployments/istiod", """
                        {"kind":"Deployment","metadata":{"generation":1,"managedFields":%s},"spec":{"replicas":0},
                         "status":{"observedGeneration":1}}""".formatted(managedFields));
    }

    private void answerToPods(int status, String body) {
        cluster.rule(request -> request.path().equals(PODS) ? new FakeApi.Answer(status, body) : null);
    }

    private void refuse(int status, String message) {
        String body = Json.write(Json.object().put("message", message));
        cluster.rule(request -> request.method().equals("POST") ? new FakeApi.Answer(status, body) : null);
    }

    private CheckResult look(String type, String parameters) {
        ObjectKey object = new ObjectKey("apps", "v1", "Deployment", "shop", "istiod");
        return checks.look(new CheckSpec(type, object, parameters, Duration.ofMinutes(2)));
    }
}
