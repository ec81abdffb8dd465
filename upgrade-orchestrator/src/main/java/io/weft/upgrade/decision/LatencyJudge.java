package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Traffic.BothEnds;
import io.weft.upgrade.decision.Traffic.Reporter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * D12: the share of requests above the first common bound of at least twice the baseline's p99. Namespace by namespace,
 * since their services differ. It fails only if the sum and the newest window agree: what is over is not the version.
 */
final class LatencyJudge {
    private static final int COMPARISONS_OF_SUBJECT = 2;

    private final Gate.LatencyShare gate;
    private final Evidence evidence;
    private final double alpha;

    LatencyJudge(Gate.LatencyShare gate, Evidence evidence) {
        this.gate = gate;
        this.evidence = evidence;
        int subjects = Math.max(1, evidence.subjects().size());
        this.alpha = Significance.alpha(evidence.looks(), COMPARISONS_OF_SUBJECT * subjects);
    }

    /** Whether enough was seen before the move to compare some namespace with. */
    static boolean isComparable(Gate.LatencyShare gate, Map<String, BothEnds> before) {
        return before.values().stream()
                .anyMatch(both -> both.destination().latency().total() >= gate.minRequests()
                        || both.source().latency().total() >= gate.minRequests());
    }

    Judgement judge() {
        boolean compared = false;
        Optional<Judgement> gap = Optional.empty();
        for (Reporter reporter : Reporter.values()) {
            for (String namespace : evidence.subjects()) {
                Traffic before = of(evidence.telemetry().before(), namespace, reporter);
                if (before.latency().total() < gate.minRequests()) {
                    continue;
                }
                Traffic since = of(evidence.telemetry().settled(), namespace, reporter);
                if (since.latency().total() < gate.minRequests()) {
                    gap = gap.or(() -> Optional.of(tooFew(namespace, since)));
                    continue;
                }
                compared = true;
                Optional<Judgement> failure = failure(namespace, reporter, before.latency(), since.latency());
                if (failure.isPresent()) {
                    return failure.get();
                }
            }
        }
        boolean enough = compared;
        return gap.orElseGet(() -> enough ? pass() : nothingToCompareWith());
    }

    private Optional<Judgement> failure(String namespace, Reporter reporter, Histogram before, Histogram since) {
        Optional<Double> bound = bound(before, since);
        if (bound.isEmpty() || !rose(before, since, bound.get())) {
            return Optional.empty();
        }
        Optional<Histogram> newest = newest(namespace, reporter);
        if (newest.isPresent() && !stillSlow(before, newest.get(), bound.get())) {
            return Optional.empty();
        }
        double shareBefore = share(before, bound.get());
        double shareSince = share(since, bound.get());
        String message = String.format(
                Locale.ROOT,
                "namespace %s: %.2f %% of %,d requests %s took longer than %s ms, before %.2f %% (a rise of %.2f points"
                        + " is allowed)",
                namespace,
                100 * shareSince,
                since.total(),
                reporter.whose(),
                bound.get(),
                100 * shareBefore,
                100 * gate.maxRise());
        return Optional.of(new Judgement(
                gate.name(),
                GateVerdict.FAIL,
                Reason.LATENCY_ROSE,
                evidence.window(),
                Optional.of(shareBefore),
                Optional.of(shareSince),
                since.total(),
                message));
    }

    private boolean rose(Histogram before, Histogram since, double bound) {
        return share(since, bound) - share(before, bound) > gate.maxRise()
                && Significance.rose(
                        before.countAbove(bound), before.total(), since.countAbove(bound), since.total(), alpha);
    }

    private boolean stillSlow(Histogram before, Histogram newest, double bound) {
        return !newest.bounds().contains(bound) || share(newest, bound) - share(before, bound) > gate.maxRise();
    }

    /** The newest window that was not judged yet, if it saw enough to speak for itself. */
    private Optional<Histogram> newest(String namespace, Reporter reporter) {
        List<Telemetry.Window> windows = evidence.telemetry().unjudged();
        return windows.isEmpty()
                ? Optional.empty()
                : Optional.of(of(windows.getLast().traffic(), namespace, reporter)
                                .latency())
                        .filter(histogram -> histogram.total() >= gate.minRequests());
    }

    /** The largest common bound where none is as large as twice the baseline's p99. */
    static Optional<Double> bound(Histogram before, Histogram since) {
        List<Double> common = before.commonBounds(since);
        double wanted = 2 * before.p99();
        return common.stream()
                .filter(bound -> bound >= wanted)
                .findFirst()
                .or(() -> common.stream().max(Comparator.naturalOrder()));
    }

    private static double share(Histogram histogram, double bound) {
        return (double) histogram.countAbove(bound) / histogram.total();
    }

    private Judgement tooFew(String namespace, Traffic since) {
        boolean none = since.latency().total() == 0;
        return Judgement.withoutFigures(
                gate.name(),
                none ? GateVerdict.NO_DATA : GateVerdict.TOO_FEW,
                none ? Reason.NO_DATA : Reason.TOO_FEW,
                evidence.window(),
                String.format(
                        Locale.ROOT,
                        "namespace %s: durations of %,d requests from %d s after the last pod was Ready, %,d are needed",
                        namespace,
                        since.latency().total(),
                        TrafficRanges.SETTLING.toSeconds(),
                        gate.minRequests()));
    }

    private Judgement pass() {
        return Judgement.withoutFigures(
                gate.name(),
                GateVerdict.PASS,
                Reason.GATES_PASSED,
                evidence.window(),
                "no more slow requests than before the first restart");
    }

    private Judgement nothingToCompareWith() {
        long requests = evidence.subjects().stream()
                .mapToLong(namespace -> of(evidence.telemetry().before(), namespace, Reporter.DESTINATION)
                        .latency()
                        .total())
                .sum();
        return Judgement.withoutFigures(
                gate.name(),
                requests == 0 ? GateVerdict.NO_DATA : GateVerdict.TOO_FEW,
                requests == 0 ? Reason.NO_DATA : Reason.TOO_FEW,
                evidence.window(),
                String.format(
                        Locale.ROOT,
                        "no namespace has the durations of %,d requests before the first restart to compare with",
                        gate.minRequests()));
    }

    private static Traffic of(Map<String, BothEnds> traffic, String namespace, Reporter reporter) {
        return traffic.getOrDefault(namespace, BothEnds.NONE).of(reporter);
    }
}
