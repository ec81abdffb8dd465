package io.weft.upgrade.decision;

import io.weft.upgrade.decision.Traffic.BothEnds;
import io.weft.upgrade.decision.TrafficRanges.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Windows of ten seconds, drawn at random, and their sums as the reader would give them. */
final class FakeTraffic {
    private static final List<Double> BOUNDS = List.of(1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0);
    private static final double[] USUAL = {0.30, 0.40, 0.20, 0.07, 0.022, 0.005, 0.002, 0.001, 0, 0, 0};
    private static final int SLOW_BUCKET = 8;

    private record Counted(Traffic oldDestination, Traffic newDestination, Traffic source) {}

    private final RandomGenerator random;
    private final String newRevision;
    private final Map<String, NavigableMap<Instant, Counted>> windows = new HashMap<>();
    /** Requests per window; constant while a world lives. */
    final Map<String, Integer> load = new HashMap<>();

    double usualFailures = 0.0005;

    FakeTraffic(RandomGenerator random, String newRevision) {
        this.random = random;
        this.newRevision = newRevision;
    }

    void count(
            String namespace,
            Instant start,
            double shareNew,
            FakeMesh.Quality quality,
            boolean settling,
            boolean busyCpu) {
        int requests = poisson(load.getOrDefault(namespace, 300));
        int toNew = binomial(requests, shareNew);
        Traffic old = draw(requests - toNew, usualFailures, 0, false, false);
        Traffic fresh = draw(toNew, usualFailures + quality.failureShare(), quality.slowShare(), settling, busyCpu);
        Traffic source = old.plus(fresh);
        windows.computeIfAbsent(namespace, _ -> new TreeMap<>())
                .put(start, new Counted(old, quality.stopsReporting() ? Traffic.NONE : fresh, source));
    }

    private Traffic draw(int requests, double failures, double slow, boolean settling, boolean busyCpu) {
        if (requests == 0) {
            return Traffic.NONE;
        }
        List<Long> counts = new ArrayList<>();
        long rest = requests;
        int late = binomial(requests, slow);
        for (int bucket = 0; bucket < USUAL.length; bucket++) {
            long count = Math.min(rest, Math.round(USUAL[bucket] * (requests - late)));
            counts.add(count);
            rest -= count;
        }
        counts.set(0, counts.get(0) + rest - late);
        if (counts.get(0) < 0) {
            counts.set(1, counts.get(1) + counts.get(0));
            counts.set(0, 0L);
        }
        counts.set(SLOW_BUCKET, counts.get(SLOW_BUCKET) + late);
        if (settling) {
            shift(counts, 0.5); // cold caches beside a busy CPU: half of all requests take a bucket longer
        } else if (busyCpu) {
            shift(counts, 0.1);
        }
        return new Traffic(requests, 0, binomial(requests, failures), new Histogram(BOUNDS, counts));
    }

    private static void shift(List<Long> counts, double share) {
        for (int bucket = counts.size() - 2; bucket >= 0; bucket--) {
            long moving = Math.round(counts.get(bucket) * share);
            counts.set(bucket, counts.get(bucket) - moving);
            counts.set(bucket + 1, counts.get(bucket + 1) + moving);
        }
    }

    Telemetry answer(Optional<TrafficRanges> ranges, Instant through, long minRequests) {
        if (ranges.isEmpty()) {
            return new Telemetry(Optional.of(through), Map.of(), Map.of(), Map.of(), List.of());
        }
        TrafficRanges asked = ranges.get();
        List<Telemetry.Window> unjudged = new ArrayList<>();
        asked.unjudged().ifPresent(span -> {
            for (Instant start = span.from(); start.isBefore(span.to()); start = start.plusSeconds(10)) {
                unjudged.add(new Telemetry.Window(start, sum(asked, new Span(start, start.plusSeconds(10)), true)));
            }
        });
        Map<String, BothEnds> before = sum(asked, asked.before(), false);
        return new Telemetry(
                Optional.of(through),
                asked.isShort(before, minRequests) ? sum(asked, asked.longerBefore(), false) : before,
                asked.since().map(span -> sum(asked, span, true)).orElse(Map.of()),
                asked.settled().map(span -> sum(asked, span, true)).orElse(Map.of()),
                unjudged);
    }

    private Map<String, BothEnds> sum(TrafficRanges asked, Span span, boolean moved) {
        Map<String, BothEnds> sums = new TreeMap<>();
        for (String namespace : asked.namespaces()) {
            windows.getOrDefault(namespace, new TreeMap<>())
                    .subMap(span.from(), true, span.to(), false)
                    .values()
                    .forEach(window -> sums.merge(
                            namespace,
                            new BothEnds(
                                    moved
                                            ? window.newDestination()
                                            : window.oldDestination().plus(window.newDestination()),
                                    window.source()),
                            BothEnds::plus));
        }
        sums.values().removeIf(both -> both.equals(BothEnds.NONE));
        return sums;
    }

    private int poisson(int mean) {
        return (int) Math.max(0, Math.round(mean + random.nextGaussian() * Math.sqrt(mean)));
    }

    /** Exact where successes are rare, which is where it matters; normal beyond. */
    private int binomial(int trials, double chance) {
        double mean = trials * chance;
        if (mean > 30 && trials - mean > 30) {
            double drawn = mean + random.nextGaussian() * Math.sqrt(mean * (1 - chance));
            return (int) Math.max(0, Math.min(trials, Math.round(drawn)));
        }
        int hits = 0;
        double limit = Math.exp(-mean);
        if (trials - mean <= 30) {
            return (int) Math.round(mean);
        }
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            hits++;
        }
        return Math.min(trials, hits);
    }

    String newRevision() {
        return newRevision;
    }
}
