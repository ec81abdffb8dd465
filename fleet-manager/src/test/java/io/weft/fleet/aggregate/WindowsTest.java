package io.weft.fleet.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.fleet.telemetry.WireTime;
import io.weft.kit.id.TenantId;
import io.weft.protocol.v1.GaugeSeries;
import io.weft.protocol.v1.ResourceSeries;
import io.weft.protocol.v1.TelemetryBatch;
import io.weft.protocol.v1.TrafficSeries;
import io.weft.protocol.v1.Window;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WindowsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final ClusterKey CLUSTER = new ClusterKey(new TenantId(UUID.randomUUID()), UUID.randomUUID());

    @Test
    void aHistogramWithoutBoundsIsTheSameAsNone() {
        Windows read = read(traffic(_ -> {}), traffic(series -> series.addCounts(7)));

        assertThat(read.count()).isEqualTo(2);
        assertThat(read.traffic().values())
                .singleElement()
                .satisfies(sum -> assertThat(sum.counts()).isEmpty());
    }

    static Stream<Window> absurd() {
        return Stream.of(
                traffic(series -> series.putRequests("2xx", Long.MAX_VALUE)),
                traffic(series -> series.putRequests("2xx", 900_000_000).putRequests("5xx", 900_000_000)),
                traffic(series -> series.addBounds(5).addCounts(Long.MAX_VALUE).addCounts(1)),
                traffic(series -> series.setSum(Double.POSITIVE_INFINITY)),
                traffic(series -> series.setSum(Double.MAX_VALUE)),
                traffic(series -> series.setSum(Double.NaN)),
                traffic(series -> series.setTlsHandshakes(Long.MAX_VALUE)),
                window().setResource(use().setCpuSeconds(Double.MAX_VALUE)).build(),
                window().setResource(use().setMemoryBytes(Long.MAX_VALUE)).build(),
                window().setGauge(gauge(Double.NaN)).build(),
                window().setGauge(gauge(-Double.MAX_VALUE)).build());
    }

    @ParameterizedTest
    @MethodSource("absurd")
    void anAbsurdNumberIsLeftOutAndTheRestOfTheBatchIsNot(Window absurd) {
        Windows read = read(absurd, traffic(series -> series.putRequests("2xx", 3)));

        assertThat(read.leftOut()).isEqualTo(1);
        assertThat(read.traffic().values()).extracting(Traffic::rq2xx).isEqualTo(List.of(3L));
        assertThat(read.resources()).isEmpty();
        assertThat(read.gauges()).isEmpty();
    }

    private static Windows read(Window... windows) {
        return Windows.of(
                CLUSTER,
                TelemetryBatch.newBuilder().addAllWindows(List.of(windows)).build(),
                NOON.plusSeconds(11));
    }

    private static Window traffic(Consumer<TrafficSeries.Builder> with) {
        TrafficSeries.Builder series = TrafficSeries.newBuilder().setReporter("source");
        with.accept(series);
        return window().setTraffic(series).build();
    }

    private static ResourceSeries.Builder use() {
        return ResourceSeries.newBuilder().setComponent("proxy");
    }

    private static GaugeSeries gauge(double value) {
        return GaugeSeries.newBuilder().setName("cpRejects").setValue(value).build();
    }

    private static Window.Builder window() {
        return Window.newBuilder()
                .setStart(WireTime.write(NOON))
                .setLength(com.google.protobuf.Duration.newBuilder().setSeconds(10));
    }
}
