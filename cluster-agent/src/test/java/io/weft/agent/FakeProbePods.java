package io.weft.agent;

import io.weft.agent.kube.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Probe pods that answer at once what the test says. */
public final class FakeProbePods {
    /** What pods were asked, one entry a pod. */
    public final List<String> cases = new CopyOnWriteArrayList<>();
    /** Answer by side; "" = the pod does not start. */
    public final Map<String, String> answers = new ConcurrentHashMap<>(Map.of("refused", "200", "control", "200"));

    private final Map<String, String> pods = new ConcurrentHashMap<>();
    private final FakeApi cluster;

    public FakeProbePods(FakeApi cluster) {
        this.cluster = cluster;
        serve();
    }

    /** In place of whatever rule the cluster follows now. */
    public void serve() {
        cluster.rule(this::answer);
    }

    private FakeApi.@org.jspecify.annotations.Nullable Answer answer(FakeApi.Request request) {
        if (request.method().equals("POST") && request.path().endsWith("/pods")) {
            var pod = Json.read(request.body());
            String asked = pod.at("/spec/containers/0/env/0/value").asText();
            cases.add(asked);
            pods.put(request.path() + "/" + pod.at("/metadata/name").asText(), ended(asked));
            return null;
        }
        String ended = pods.get(request.path());
        return ended == null || !request.method().equals("GET") ? null : new FakeApi.Answer(200, ended);
    }

    private String ended(String asked) {
        List<String> sides =
                asked.lines().map(line -> line.substring(0, line.indexOf('\t'))).toList();
        if (sides.stream().anyMatch(side -> answers.getOrDefault(side, "").isEmpty())) {
            return "{\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\"}}";
        }
        String message = sides.stream()
                .map(side -> "\"" + side + "\":{\"" + answers.get(side) + "\":1}")
                .collect(Collectors.joining(",", "{", "}"));
        var pod = Json.object();
        pod.putObject("status")
                .putArray("containerStatuses")
                .addObject()
                .put("name", "probe")
                .putObject("state")
                .putObject("terminated")
                .put("message", message);
        return Json.write(pod);
    }
}
