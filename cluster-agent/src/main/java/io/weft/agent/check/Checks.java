package io.weft.agent.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.agent.kube.ApiPaths;
import io.weft.agent.kube.Json;
import io.weft.agent.kube.KubeApi;
import io.weft.agent.kube.KubeRefusal;
import io.weft.agent.plan.ObjectKey;
import io.weft.agent.plan.Snapshot.CheckSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Looks at a typed check once, without waiting. The types are the protocol's; none knows a mesh. */
public final class Checks {
    private static final int HTTP_MILLIS = 3_000;
    private static final ObjectKey POD = new ObjectKey("", "v1", "Pod", "weft-probes", "weft-dry-run");
    private static final Pattern DENIED = Pattern.compile("admission webhook .* denied the request");

    private final KubeApi api;
    private final ApiPaths paths;
    private final WaitingPods pods;

    public Checks(KubeApi api, ApiPaths paths) {
        this.api = api;
        this.paths = paths;
        this.pods = new WaitingPods(api);
    }

    public CheckResult look(CheckSpec spec) {
        try {
            JsonNode parameters = spec.parametersJson().isEmpty() ? Json.object() : Json.read(spec.parametersJson());
            return switch (spec.type()) {
                case "established" ->
                    onObject(spec, parameters, (object, _) -> Conditions.holds(object, "Established", "True"));
                case "condition" -> onObject(spec, parameters, Checks::condition);
                case "available" -> onObject(spec, parameters, (object, _) -> available(spec.object(), object));
                case "caBundlePresent" -> onObject(spec, parameters, (object, _) -> caBundles(object));
                case "jobComplete" -> onObject(spec, parameters, (object, _) -> job(spec.object(), object));
                case "dryRunPodInjected" -> podInjected(spec, parameters);
                case "dryRunRefused" -> refused(spec, parameters);
                case "http" -> http(parameters);
                default -> new CheckResult.Failed("this agent knows no check of type " + spec.type());
            };
        } catch (KubeRefusal refusal) {
            return new CheckResult.Waiting(String.valueOf(refusal.getMessage()));
        } catch (UncheckedIOException _) {
            return new CheckResult.Failed("the check's parameters are no JSON");
        }
    }

    private CheckResult onObject(
            CheckSpec spec, JsonNode parameters, BiFunction<JsonNode, JsonNode, CheckResult> look) {
        Optional<JsonNode> object = paths.of(spec.object()).flatMap(api::get);
        return object.isEmpty() ? new CheckResult.Waiting("no such object") : look.apply(object.get(), parameters);
    }

    private static CheckResult condition(JsonNode object, JsonNode parameters) {
        return Conditions.holds(
                object,
                parameters.path("type").asText("Ready"),
                parameters.path("status").asText("True"));
    }

    private CheckResult available(ObjectKey key, JsonNode object) {
        CheckResult result = Rollouts.available(object);
        if (result instanceof CheckResult.Waiting waiting) {
            return new CheckResult.Waiting(waiting.seen() + pods.describe(key.namespace(), object));
        }
        return result;
    }

    private static CheckResult caBundles(JsonNode configuration) {
        for (JsonNode webhook : configuration.path("webhooks")) {
            if (webhook.path("clientConfig").path("caBundle").asText("").isEmpty()) {
                return new CheckResult.Waiting("webhook " + webhook.path("name").asText() + " has no caBundle yet");
            }
        }
        return CheckResult.PASSED;
    }

    private CheckResult job(ObjectKey key, JsonNode job) {
        if (Conditions.holds(job, "Failed", "True") instanceof CheckResult.Passed) {
            return new CheckResult.Failed("the Job failed" + pods.describe(key.namespace(), job));
        }
        CheckResult complete = Conditions.holds(job, "Complete", "True");
        return complete instanceof CheckResult.Passed
                ? complete
                : new CheckResult.Waiting("the Job is not complete" + pods.describe(key.namespace(), job));
    }

    private CheckResult podInjected(CheckSpec spec, JsonNode parameters) {
        String namespace = parameters.path("namespace").asText(POD.namespace());
        String container = parameters.path("container").asText();
        String body = Json.write(DryRunPod.of(parameters.path("labels"), parameters.path("annotations")));
        String path = paths.collectionOf(new ObjectKey("", "v1", "Pod", namespace, POD.name()))
                .orElseThrow();
        JsonNode pod = api.post(path + "?dryRun=All", body);
        String asked = "a Pod labelled " + Json.write(parameters.path("labels")) + " in namespace " + namespace;
        String of = " (check of " + spec.object() + ")";
        if (!DryRunPod.hasContainer(pod, container)) {
            return new CheckResult.Waiting(asked + " comes back without container " + container + of);
        }
        Map<String, String> wanted = Json.strings(parameters.path("annotated"));
        Map<String, String> found = Json.strings(pod.path("metadata").path("annotations"));
        return CheckResult.when(
                found.entrySet().containsAll(wanted.entrySet()),
                asked + " comes back annotated "
                        + found.entrySet().stream()
                                .filter(entry -> wanted.containsKey(entry.getKey()))
                                .toList()
                        + " instead of " + wanted + ": another injector answers; does the namespace carry its label?"
                        + of);
    }

    private CheckResult refused(CheckSpec spec, JsonNode parameters) {
        JsonNode bad = parameters.path("object");
        JsonNode metadata = bad.path("metadata");
        String apiVersion = bad.path("apiVersion").asText();
        int slash = apiVersion.indexOf('/');
        ObjectKey key = new ObjectKey(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                bad.path("kind").asText(),
                metadata.path("namespace").asText(""),
                metadata.path("name").asText());
        Optional<String> path = paths.collectionOf(key);
        if (path.isEmpty()) {
            return new CheckResult.Waiting("the API server does not serve " + key.kind() + " yet");
        }
        try {
            api.post(path.get() + "?dryRun=All", Json.write(bad));
            return new CheckResult.Waiting("the invalid " + key + " was accepted (check of " + spec.object() + ")");
        } catch (KubeRefusal refusal) {
            // A missing right, a schema or a webhook that could not be called refuses as well; only the validator
            // counts.
            String message = String.valueOf(refusal.getMessage());
            return CheckResult.when(DENIED.matcher(message).find(), message);
        }
    }

    private static CheckResult http(JsonNode parameters) {
        String url = parameters.path("url").asText();
        int wanted = parameters.path("status").asInt(200);
        try {
            if (!(URI.create(url).toURL().openConnection() instanceof HttpURLConnection connection)) {
                return new CheckResult.Failed("no HTTP address: " + url);
            }
            connection.setConnectTimeout(HTTP_MILLIS);
            connection.setReadTimeout(HTTP_MILLIS);
            connection.setInstanceFollowRedirects(false);
            int status = connection.getResponseCode();
            connection.disconnect();
            return CheckResult.when(status == wanted, url + " answers " + status + " instead of " + wanted);
        } catch (IllegalArgumentException _) {
            return new CheckResult.Failed("no HTTP address: " + url);
        } catch (IOException e) {
            return new CheckResult.Waiting(url + " does not answer: " + e.getMessage());
        }
    }
}
