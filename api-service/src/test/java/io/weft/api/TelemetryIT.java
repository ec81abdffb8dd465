package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.kit.id.PublicId;
import org.junit.jupiter.api.Test;

/** Telemetry as it is read back. */
@HubTest
class TelemetryIT {
    private static final String RANGE = "from=2026-01-01T00:00:00Z&to=2026-01-01T00:01:00Z";

    private static String cluster() {
        String cluster = Fixtures.cluster(Api.acme(), "{}");
        Hub.sql("""
                INSERT INTO telemetry_progress (tenant_id, cluster_id, complete_through, run, sequence, records, samples_lost)
                SELECT tenant_id, id, '2026-01-01T00:00:50Z', 1, 1, 9, 2 FROM cluster WHERE id = '%s'
                """.formatted(PublicId.parse("clu", cluster)));
        return cluster;
    }

    private static void traffic(
            String cluster, int second, String reporter, String destination, int good, int bad, String histogram) {
        Hub.sql("""
                INSERT INTO traffic_10s SELECT tenant_id, id, '2026-01-01T00:00:%02dZ', '%s', 'shop', 'web', '%s', '%s', '%s',
                    '1-26-0', %d, 0, 0, %d, 0, %s, 0, 0 FROM cluster WHERE id = '%s'
                """.formatted(
                        second,
                        reporter,
                        destination.isEmpty() ? "" : "shop",
                        destination,
                        destination,
                        good,
                        bad,
                        histogram,
                        PublicId.parse("clu", cluster)));
    }

    private static JsonNode items(String path, String cluster) {
        return Api.acme()
                .get("/telemetry/" + path + "?" + RANGE + "&clusterId=" + cluster)
                .body()
                .path("items");
    }

    @Test
    void servicesAreSummedAndPercentilesComeFromMergedBuckets() {
        String cluster = cluster();
        traffic(cluster, 0, "destination", "catalog", 90, 0, "'{10,100}', '{90,0,0}'");
        traffic(cluster, 10, "destination", "catalog", 8, 2, "'{10,100}', '{0,10,0}'");
        traffic(cluster, 0, "source", "catalog", 1000, 0, "'{10}', '{1000,0}'");

        JsonNode item = items("services", cluster).path(0);

        assertThat(item.path("service").asText()).isEqualTo("catalog");
        assertThat(item.path("requests").asInt()).as("what servers saw only").isEqualTo(100);
        assertThat(item.path("successRate").asDouble()).isEqualTo(0.98);
        assertThat(item.path("ratePerSecond").asDouble())
                .as("over 50 complete seconds")
                .isEqualTo(2.0);
        assertThat(item.path("p50Ms").asDouble()).isBetween(5.0, 6.0);
        assertThat(item.path("p95Ms").asDouble()).isEqualTo(55.0);
    }

    @Test
    void edgesAndCallersAreKeptApart() {
        String cluster = cluster();
        traffic(cluster, 0, "source", "catalog", 30, 0, "'{10}', '{30,0}'");
        traffic(cluster, 0, "source", "", 31, 1, "'{}', '{}'");

        JsonNode edge = items("edges", cluster).path(0);
        JsonNode caller = items("workloads", cluster).path(0);

        assertThat(items("edges", cluster)).hasSize(1);
        assertThat(edge.path("source").path("name").asText()).isEqualTo("web");
        assertThat(edge.path("destination").path("name").asText()).isEqualTo("catalog");
        assertThat(edge.path("requests").asInt()).isEqualTo(30);
        assertThat(caller.path("requests").asInt()).isEqualTo(32);
        assertThat(caller.path("successRate").asDouble()).isEqualTo(31 / 32.0);
    }

    @Test
    void whatIsCompleteAndWhatWasLostIsTold() {
        String cluster = cluster();

        JsonNode body = Api.acme()
                .get("/telemetry/workloads?" + RANGE + "&clusterId=" + cluster)
                .body();

        assertThat(body.path("completeThrough").asText()).isEqualTo("2026-01-01T00:00:50Z");
        assertThat(body.path("clusters").path(0).path("samplesLost").asInt()).isEqualTo(2);
    }

    @Test
    void aGapInASeriesIsNullAndWhatIsStillOpenIsPartial() {
        String cluster = cluster();
        traffic(cluster, 0, "destination", "catalog", 5, 5, "'{10}', '{10,0}'");
        traffic(cluster, 50, "destination", "catalog", 1, 0, "'{10}', '{1,0}'");

        JsonNode points = Api.acme()
                .get("/telemetry/series?metric=successRate&step=10s&" + RANGE + "&clusterId=" + cluster)
                .body()
                .path("points");

        assertThat(points).hasSize(6);
        assertThat(points.path(0).path("value").asDouble()).isEqualTo(0.5);
        assertThat(points.path(0).path("partial").asBoolean()).isFalse();
        assertThat(points.path(1).path("value").isNull()).isTrue();
        assertThat(points.path(5).path("value").asDouble()).isEqualTo(1.0);
        assertThat(points.path(5).path("partial").asBoolean()).isTrue();
    }

    @Test
    void cpuIsInCoresAndWhatIsNotReportedIsNull() {
        String cluster = cluster();
        Hub.sql("""
                INSERT INTO resource_10s
                SELECT tenant_id, id, '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => n * 10), 'proxy', 'shop',
                    workload, 'r', cpu, 1000 + n
                FROM cluster, generate_series(0, 1) n, (VALUES ('web', 5.0), ('quiet', NULL)) AS w (workload, cpu)
                WHERE id = '%s'
                """.formatted(PublicId.parse("clu", cluster)));

        JsonNode items = items("resources", cluster);

        assertThat(items.path(0).path("workload").asText()).isEqualTo("quiet");
        assertThat(items.path(0).path("cpuCores").isNull()).isTrue();
        assertThat(items.path(1).path("cpuCores").asDouble()).isEqualTo(0.5);
        assertThat(items.path(1).path("memoryBytes").asInt()).isEqualTo(1001);
        assertThat(Api.acme()
                        .get("/telemetry/series?metric=memory&step=1m&" + RANGE + "&clusterId=" + cluster)
                        .body()
                        .path("points")
                        .path(0)
                        .path("value")
                        .asDouble())
                .isEqualTo(2001.0);
    }

    @Test
    void badParametersAreRefused() {
        Api acme = Api.acme();

        assertThat(acme.get("/telemetry/series?metric=magic").code()).isEqualTo("PARAMETER_INVALID");
        assertThat(acme.get("/telemetry/series?step=7s").code()).isEqualTo("PARAMETER_INVALID");
        assertThat(acme.get("/telemetry/services?from=yesterday").code()).isEqualTo("PARAMETER_INVALID");
        assertThat(acme.get("/telemetry/services?from=2020-01-01T00:00:00Z").code())
                .isEqualTo("PARAMETER_INVALID");
    }
}
