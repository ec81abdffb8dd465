package io.weft.agent.probe;

import io.weft.agent.probe.ProbePods.Side;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Turns a probe into the calls of its sides, and their answers into one run. */
final class Questions {
    static final String NAMESPACE = "weft-probes";
    static final String MESHED_ACCOUNT = "weft-probe-meshed";
    static final String UNMESHED_ACCOUNT = "weft-probe";
    private static final int HEADER_CALLS = 20;
    /** Each on a fresh connection: one proxy of several without the policy must not go unseen. */
    private static final int REFUSED_CALLS = 10;

    private static final String REFUSED = "refused";
    private static final String CONTROL = "control";

    private final ProbePods pods;
    private final Executor executor;

    Questions(ProbePods pods, Executor executor) {
        this.pods = pods;
        this.executor = executor;
    }

    /** Asks both sides at the same time. */
    ProbeVerdicts.Run ask(ProbeSpec spec) {
        return switch (spec.kind()) {
            case PLAINTEXT_REFUSED -> both(spec, unmeshed(spec));
            case CALLER_REFUSED -> both(spec, meshed(spec));
            case HEADER_ROUTE_LANDS -> {
                Map<String, Answers> answers = pods.ask(allowed(
                        spec,
                        line(REFUSED, spec, HEADER_CALLS, spec.headers()) + "\n"
                                + line(CONTROL, spec, HEADER_CALLS, Map.of())));
                yield run(spec, answer(answers, REFUSED), answer(answers, CONTROL));
            }
        };
    }

    String request(ProbeSpec spec) {
        String call = spec.method() + " " + spec.url();
        return switch (spec.kind()) {
            case PLAINTEXT_REFUSED -> REFUSED_CALLS + " x " + call + " from an unmeshed pod in " + NAMESPACE;
            case CALLER_REFUSED ->
                REFUSED_CALLS + " x " + call + " from a meshed pod as " + NAMESPACE + "/" + MESHED_ACCOUNT;
            case HEADER_ROUTE_LANDS -> HEADER_CALLS + " x " + call + " with " + spec.headers() + " as " + allowed(spec);
        };
    }

    String expected(ProbeSpec spec) {
        return switch (spec.kind()) {
            case PLAINTEXT_REFUSED -> "every connection reset, no HTTP answer";
            case CALLER_REFUSED -> "403 every time";
            case HEADER_ROUTE_LANDS -> "every answer with " + spec.expectHeader() + ": " + spec.expectValue();
        };
    }

    String control(ProbeSpec spec, Answers control) {
        return (spec.kind() == ProbeSpec.Kind.HEADER_ROUTE_LANDS ? "without the header as " : "same call as ")
                + allowed(spec) + ": " + control;
    }

    private static String allowed(ProbeSpec spec) {
        return spec.allowNamespace() + "/" + spec.allowAccount();
    }

    private ProbeVerdicts.Run both(ProbeSpec spec, Side refused) {
        CompletableFuture<Map<String, Answers>> control = CompletableFuture.supplyAsync(
                () -> pods.ask(allowed(spec, line(CONTROL, spec, 1, spec.headers()))), executor);
        Answers answer = answer(pods.ask(refused), REFUSED);
        return run(spec, answer, answer(control.join(), CONTROL));
    }

    private static ProbeVerdicts.Run run(ProbeSpec spec, Answers refused, Answers control) {
        return new ProbeVerdicts.Run(spec.kind(), spec.expectValue(), refused, control);
    }

    private static Answers answer(Map<String, Answers> answers, String name) {
        Answers trouble = answers.getOrDefault("", Answers.none("its pod answered nothing"));
        return answers.getOrDefault(name, trouble);
    }

    private static Side unmeshed(ProbeSpec spec) {
        return new Side(
                NAMESPACE,
                UNMESHED_ACCOUNT,
                Map.of("sidecar.istio.io/inject", "false"),
                Map.of(),
                spec.id(),
                line(REFUSED, spec, REFUSED_CALLS, spec.headers()));
    }

    private static Side meshed(ProbeSpec spec) {
        return new Side(
                NAMESPACE,
                MESHED_ACCOUNT,
                spec.meshedLabels(),
                spec.meshedAnnotations(),
                spec.id(),
                line(REFUSED, spec, REFUSED_CALLS, spec.headers()));
    }

    private static Side allowed(ProbeSpec spec, String cases) {
        return new Side(
                spec.allowNamespace(), spec.allowAccount(), Map.of(), spec.meshedAnnotations(), spec.id(), cases);
    }

    private static String line(String name, ProbeSpec spec, int calls, Map<String, String> headers) {
        StringJoiner line = new StringJoiner("\t");
        line.add(name)
                .add(spec.method())
                .add(spec.url())
                .add(Integer.toString(calls))
                .add(spec.expectHeader());
        headers.forEach((header, value) -> line.add(header).add(value));
        return line.toString();
    }
}
