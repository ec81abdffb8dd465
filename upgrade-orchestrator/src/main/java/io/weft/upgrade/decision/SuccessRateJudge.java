package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Traffic.BothEnds;
import io.weft.upgrade.decision.Traffic.Reporter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares answers before and since the move: each namespace by itself and all together, from both ends, the newest
 * windows alone and the sum. A namespace that had enough requests must have them afterwards too, for the broken one is
 * the one that stops reporting.
 */
final class SuccessRateJudge {
    /** Answers 4xx are mostly the callers' doing; a rise by so much is a mesh that refuses them. */
    static final double MAX_CLIENT_ERROR_RISE = 0.05;
    /** Each subject is compared from two ends, by two kinds of answers, alone and summed. */
    private static final int COMPARISONS_OF_SUBJECT = 8;

    private static final String ALL = "all namespaces of the wave";

    private final Gate.SuccessRate gate;
    private final Evidence evidence;
    private final double alpha;

    SuccessRateJudge(Gate.SuccessRate gate, Evidence evidence) {
        this.gate = gate;
        this.evidence = evidence;
        int subjects = evidence.subjects().size() + 1;
        this.alpha = Significance.alpha(evidence.looks(), COMPARISONS_OF_SUBJECT * subjects);
    }

    /** Whether enough was seen before the move to compare anything with. */
    static boolean isComparable(Gate.SuccessRate gate, Map<String, BothEnds> before) {
        return Arrays.stream(Reporter.values())
                .anyMatch(reporter -> Telemetry.total(before, reporter).requests() >= gate.minRequests());
    }

    /** One judgement per window that was not judged yet, the last of them over everything. */
    List<Judgement> judge() {
        List<Judgement> judgements = new ArrayList<>();
        for (Telemetry.Window window : evidence.telemetry().unjudged()) {
            failure(window.traffic(), "in the window from " + window.start())
                    .map(fault -> fault.judgement(gate, window.start()))
                    .ifPresent(judgements::add);
        }
        Judgement overall = failure(evidence.telemetry().since(), "since the first restart")
                .map(fault -> fault.judgement(gate, evidence.window()))
                .orElseGet(this::sufficiency);
        judgements.removeIf(judgement -> judgement.windowStart().equals(overall.windowStart()) && overall.failed());
        if (judgements.stream().noneMatch(judgement -> judgement.windowStart().equals(overall.windowStart()))) {
            judgements.add(overall);
        }
        return judgements;
    }

    private record Fault(
            String subject, Reporter reporter, Traffic before, Traffic after, boolean client, String when) {
        Judgement judgement(Gate.SuccessRate gate, Instant window) {
            double rateBefore = 1 - before.share(client ? before.clientErrors() : before.serverErrors());
            double rateAfter = 1 - after.share(client ? after.clientErrors() : after.serverErrors());
            String message = String.format(
                    Locale.ROOT,
                    "%s: %s fell from %.3f %% to %.3f %% %s (%,d of %,d requests failed, before %,d of %,d; a fall of "
                            + "%.2f points is allowed)",
                    subject,
                    (client ? "the share of answers other than 4xx " : "the success rate ") + reporter.whose(),
                    100 * rateBefore,
                    100 * rateAfter,
                    when,
                    client ? after.clientErrors() : after.serverErrors(),
                    after.requests(),
                    client ? before.clientErrors() : before.serverErrors(),
                    before.requests(),
                    100 * (client ? MAX_CLIENT_ERROR_RISE : gate.maxDrop()));
            return new Judgement(
                    gate.name(),
                    GateVerdict.FAIL,
                    Reason.SUCCESS_RATE_FELL,
                    window,
                    Optional.of(rateBefore),
                    Optional.of(rateAfter),
                    after.requests(),
                    message);
        }
    }

    private Optional<Fault> failure(Map<String, BothEnds> after, String when) {
        for (Reporter reporter : Reporter.values()) {
            for (String namespace : evidence.subjects()) {
                Optional<Fault> fault = compare(
                        "namespace " + namespace,
                        reporter,
                        before(namespace, reporter),
                        of(after, namespace, reporter),
                        when);
                if (fault.isPresent()) {
                    return fault;
                }
            }
            Optional<Fault> fault = compare(
                    ALL,
                    reporter,
                    Telemetry.total(evidence.telemetry().before(), reporter),
                    Telemetry.total(after, reporter),
                    when);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private Optional<Fault> compare(String subject, Reporter reporter, Traffic before, Traffic after, String when) {
        if (before.requests() < gate.minRequests() || after.requests() < gate.minRequests()) {
            return Optional.empty();
        }
        if (rose(before, before.serverErrors(), after, after.serverErrors(), gate.maxDrop())) {
            return Optional.of(new Fault(subject, reporter, before, after, false, when));
        }
        if (rose(before, before.clientErrors(), after, after.clientErrors(), MAX_CLIENT_ERROR_RISE)) {
            return Optional.of(new Fault(subject, reporter, before, after, true, when));
        }
        return Optional.empty();
    }

    private boolean rose(Traffic before, long hitsBefore, Traffic after, long hitsAfter, double allowed) {
        return after.share(hitsAfter) - before.share(hitsBefore) > allowed
                && Significance.rose(hitsBefore, before.requests(), hitsAfter, after.requests(), alpha);
    }

    /** Nothing failed; whether enough was seen to say so. */
    private Judgement sufficiency() {
        Map<String, BothEnds> before = evidence.telemetry().before();
        Map<String, BothEnds> since = evidence.telemetry().since();
        boolean compared = false;
        for (Reporter reporter : Reporter.values()) {
            if (Telemetry.total(before, reporter).requests() < gate.minRequests()) {
                continue;
            }
            compared = true;
            Optional<Judgement> gap = gap(ALL, reporter, Telemetry.total(since, reporter));
            for (String namespace : evidence.subjects()) {
                if (gap.isEmpty() && before(namespace, reporter).requests() >= gate.minRequests()) {
                    gap = gap("namespace " + namespace, reporter, of(since, namespace, reporter));
                }
            }
            if (gap.isPresent()) {
                return gap.get();
            }
        }
        return compared ? pass() : nothingToCompareWith(before);
    }

    private Optional<Judgement> gap(String subject, Reporter reporter, Traffic since) {
        if (since.requests() >= gate.minRequests()) {
            return Optional.empty();
        }
        boolean none = since.requests() == 0;
        String message = String.format(
                Locale.ROOT,
                "%s: %,d requests %s since the first restart, %,d are needed",
                subject,
                since.requests(),
                reporter.whose(),
                gate.minRequests());
        return Optional.of(new Judgement(
                gate.name(),
                none ? GateVerdict.NO_DATA : GateVerdict.TOO_FEW,
                none ? Reason.NO_DATA : Reason.TOO_FEW,
                evidence.window(),
                Optional.empty(),
                none ? Optional.empty() : Optional.of(since.successRate()),
                since.requests(),
                message));
    }

    private Judgement nothingToCompareWith(Map<String, BothEnds> before) {
        long requests = Math.max(
                Telemetry.total(before, Reporter.DESTINATION).requests(),
                Telemetry.total(before, Reporter.SOURCE).requests());
        return Judgement.withoutFigures(
                gate.name(),
                requests == 0 ? GateVerdict.NO_DATA : GateVerdict.TOO_FEW,
                requests == 0 ? Reason.NO_DATA : Reason.TOO_FEW,
                evidence.window(),
                String.format(
                        Locale.ROOT,
                        "%,d requests before the first restart, %,d are needed to compare with",
                        requests,
                        gate.minRequests()));
    }

    private Judgement pass() {
        Traffic before = busier(evidence.telemetry().before());
        Traffic since = busier(evidence.telemetry().since());
        String message = String.format(
                Locale.ROOT,
                "success rate %.3f %% of %,d requests since the first restart, before %.3f %% of %,d",
                100 * since.successRate(),
                since.requests(),
                100 * before.successRate(),
                before.requests());
        return new Judgement(
                gate.name(),
                GateVerdict.PASS,
                Reason.GATES_PASSED,
                evidence.window(),
                Optional.of(before.successRate()),
                Optional.of(since.successRate()),
                since.requests(),
                message);
    }

    private static Traffic busier(Map<String, BothEnds> traffic) {
        Traffic destination = Telemetry.total(traffic, Reporter.DESTINATION);
        return destination.requests() > 0 ? destination : Telemetry.total(traffic, Reporter.SOURCE);
    }

    private Traffic before(String namespace, Reporter reporter) {
        return of(evidence.telemetry().before(), namespace, reporter);
    }

    private static Traffic of(Map<String, BothEnds> traffic, String namespace, Reporter reporter) {
        return traffic.getOrDefault(namespace, BothEnds.NONE).of(reporter);
    }
}
