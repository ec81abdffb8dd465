package io.weft.model.compile;

import io.weft.model.manifest.Manifest;
import io.weft.model.manifest.ObjectKey;
import io.weft.model.policy.Proof;
import io.weft.model.policy.ServiceAccountRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How to show that a policy is in force. It becomes a document once the probe has an id.
 *
 * @param kind plaintextRefused, callerRefused or headerRouteLands
 * @param headers sent with the request
 * @param meshedLabels put a probe pod into the mesh, on the revision that the target runs
 */
public record ProbePlan(
        String policyId,
        long policyGeneration,
        String kind,
        String url,
        String method,
        SortedMap<String, String> headers,
        ServiceAccountRef allow,
        Optional<Proof.Expect> expect,
        SortedMap<String, String> meshedLabels,
        SortedMap<String, String> meshedAnnotations,
        List<ObjectKey> policyObjects,
        Duration interval) {
    public static final String DOCUMENT_KIND = "Probe";

    public ProbePlan {
        headers = new TreeMap<>(headers);
        meshedLabels = new TreeMap<>(meshedLabels);
        meshedAnnotations = new TreeMap<>(meshedAnnotations);
        policyObjects = policyObjects.stream().sorted().toList();
    }

    /** The document for the agent; {@code runRequest} is raised to ask for a run now. */
    public Manifest document(String probeId, long runRequest) {
        Map<String, Object> body = new TreeMap<>(Map.of(
                "probeId", probeId,
                "policyId", policyId,
                "policyGeneration", policyGeneration,
                "kind", kind,
                "url", url,
                "method", method,
                "headers", headers,
                "allow", Map.of("namespace", allow.namespace(), "serviceAccount", allow.name())));
        expect.ifPresent(value -> body.put("expect", Map.of("header", value.header(), "value", value.value())));
        body.put("meshedLabels", meshedLabels);
        body.put("meshedAnnotations", meshedAnnotations);
        body.put("policyObjects", policyObjects.stream().map(ObjectKey::toMap).toList());
        body.put("runRequest", runRequest);
        body.put("intervalSeconds", interval.toSeconds());
        return Manifest.document(DOCUMENT_KIND, probeId, body);
    }
}
