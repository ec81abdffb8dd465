package io.weft.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.model.input.Violation;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyReaderTest {
    private static final Map<String, Object> SHOP = Map.of("namespace", "shop");

    @Test
    void aWholePolicyIsRead() {
        PolicySpec spec = valid(
                "authorization",
                Map.of(
                        "target",
                        Map.of(
                                "clusterSelector",
                                "region in (eu,us)",
                                "namespace",
                                "shop",
                                "services",
                                List.of("b", "a")),
                        "authorization",
                        Map.of("allow", List.of(Map.of("serviceAccount", "z/z"), Map.of("serviceAccount", "shop/web"))),
                        "proof",
                        Map.of(
                                "allow",
                                Map.of("serviceAccount", "shop/web", "method", "HEAD", "path", "/a?b=c", "port", 8080),
                                "interval",
                                "5m"),
                        "acceptedLosses",
                        List.of("RETRY_PER_TRY_TIMEOUT"),
                        "delivery",
                        "immediate"));

        assertThat(spec.target().services()).containsExactly("a", "b");
        assertThat(spec.target().clusterSelector()).isPresent();
        assertThat(((Authorization) spec.rules()).allow())
                .extracting(ServiceAccountRef::toString)
                .containsExactly("shop/web", "z/z");
        assertThat(spec.proof().allow().orElseThrow().port()).hasValue(8080);
        assertThat(spec.proof().interval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(spec.delivery()).isEqualTo(Delivery.IMMEDIATE);
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        PolicySpec spec = valid("mutualTls", Map.of("target", SHOP, "mutualTls", Map.of("mode", "strict")));

        assertThat(spec.delivery()).isEqualTo(Delivery.CANARY_FIRST);
        assertThat(spec.proof()).isEqualTo(Proof.none());
        assertThat(spec.acceptedLosses()).isEmpty();
    }

    @Test
    void everyViolationComesAtOnceWithItsPath() {
        List<Violation> violations = violations(
                "authorization",
                Map.of(
                        "target",
                        Map.of("namespace", "Shop", "services", List.of("web", 7, "web")),
                        "authorization",
                        Map.of(
                                "allow",
                                List.of(Map.of("serviceAccount", "shop/web"), Map.of("serviceAccount", "web"), "x")),
                        "proof",
                        Map.of("allow", Map.of("serviceAccount", " ", "method", "POST", "path", "healthz", "port", 0)),
                        "delivery",
                        "later",
                        "colour",
                        "red"));

        assertThat(violations)
                .extracting(violation -> violation.field() + " " + violation.code())
                .containsExactlyInAnyOrder(
                        "spec.colour UNKNOWN_FIELD",
                        "spec.target.namespace MALFORMED",
                        "spec.target.services[1] WRONG_TYPE",
                        "spec.target.services[2] DUPLICATE",
                        "spec.authorization.allow[1].serviceAccount MALFORMED",
                        "spec.authorization.allow[2] WRONG_TYPE",
                        "spec.proof.allow.serviceAccount BLANK",
                        "spec.proof.allow.method UNKNOWN_VALUE",
                        "spec.proof.allow.path MALFORMED",
                        "spec.proof.allow.port OUT_OF_RANGE",
                        "spec.delivery UNKNOWN_VALUE");
    }

    @Test
    void anEmptyAllowListIsRefusedBecauseItWouldLockEverybodyOut() {
        assertThat(violations("authorization", Map.of("target", SHOP, "authorization", Map.of("allow", List.of()))))
                .containsExactly(new Violation("spec.authorization.allow", "EMPTY", "Give at least 1 item"));
    }

    @Test
    void aMissingPartIsNamedOnceAndNotItsFields() {
        assertThat(violations("trafficRoute", Map.of()))
                .extracting(Violation::field)
                .containsExactly("spec.target", "spec.trafficRoute");
    }

    @Test
    void namesThatAreTooLongAreNotEchoed() {
        List<Violation> violations = violations(
                "mutualTls",
                Map.of(
                        "target",
                        Map.of("namespace", "a".repeat(100_000)),
                        "mutualTls",
                        Map.of("mode", "b".repeat(100_000))));

        assertThat(violations).extracting(Violation::code).containsExactly("TOO_LONG", "UNKNOWN_VALUE");
        assertThat(violations)
                .allSatisfy(violation -> assertThat(violation.message()).hasSizeLessThan(300));
    }

    @Test
    void nullsInListsAndMapsAreViolationsAndNotCrashes() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("x-canary", null);
        assertThat(violations(
                        "trafficRoute",
                        Map.of(
                                "target",
                                Map.of("namespace", "shop", "services", Arrays.asList("catalog", null)),
                                "trafficRoute",
                                Map.of(
                                        "service",
                                        "catalog",
                                        "port",
                                        8080,
                                        "rules",
                                        List.of(Map.of(
                                                "match",
                                                Map.of("headers", headers),
                                                "to",
                                                Map.of("labels", Map.of("version", "v2"))))))))
                .extracting(Violation::field)
                .contains("spec.target.services[1]", "spec.trafficRoute.rules[0].match.headers[\"x-canary\"]");
    }

    @Test
    void aRouteThatIsToBeProvedNamesWhatShowsWhoAnswered() {
        Map<String, Object> rule = Map.of(
                "match", Map.of("headers", Map.of("x-canary", "yes")), "to", Map.of("labels", Map.of("version", "v2")));
        assertThat(violations(
                        "trafficRoute",
                        Map.of(
                                "target",
                                SHOP,
                                "trafficRoute",
                                Map.of("service", "catalog", "port", 8080, "rules", List.of(rule)),
                                "proof",
                                Map.of("allow", Map.of("serviceAccount", "shop/web", "path", "/")))))
                .extracting(Violation::field)
                .containsExactly("spec.proof.expect");
    }

    @Test
    void headerNamesThatAMeshWouldNeverMatchAreRefused() {
        Map<String, Object> rule = Map.of(
                "match",
                Map.of("headers", Map.of("X-Canary", "yes\n")),
                "to",
                Map.of("labels", Map.of("version", "v2")));
        assertThat(violations(
                        "trafficRoute",
                        Map.of(
                                "target",
                                SHOP,
                                "trafficRoute",
                                Map.of("service", "catalog", "port", 8080, "rules", List.of(rule)))))
                .extracting(Violation::code)
                .containsExactly("MALFORMED", "MALFORMED");
    }

    @Test
    void aKindThatDoesNotExistIsAViolationOfKind() {
        assertThat(violations("retry", Map.of())).extracting(Violation::field).containsExactly("kind");
    }

    private static PolicySpec valid(String kind, Map<String, ?> spec) {
        PolicyReader.Read read = PolicyReader.read(kind, spec);
        assertThat(read).isInstanceOf(PolicyReader.Read.Valid.class);
        return ((PolicyReader.Read.Valid) read).spec();
    }

    private static List<Violation> violations(String kind, Map<String, ?> spec) {
        PolicyReader.Read read = PolicyReader.read(kind, spec);
        assertThat(read).isInstanceOf(PolicyReader.Read.Invalid.class);
        return ((PolicyReader.Read.Invalid) read).violations();
    }
}
