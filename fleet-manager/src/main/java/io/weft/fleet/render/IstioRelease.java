package io.weft.fleet.render;

import io.weft.model.istio.IstioDocuments;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.release.ReleaseBundle;
import io.weft.model.release.ReleaseDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of an Istio release is rendered, and with which values. What an installation says lies over Weft's defaults; what
 * Weft must decide itself (revision, tag, trust domain) lies over both.
 *
 * @param imageRegistry hub that replaces the release's own, empty = the release's
 * @param defaultRevision whether cluster-wide things of the base chart belong to this revision
 */
public record IstioRelease(
        String revision,
        boolean defaultRevision,
        String trustDomain,
        Map<String, Object> values,
        Optional<String> imageRegistry,
        String kubernetesVersion) {
    /** Raise it when the same inputs are to give other layers: stored layers are then rendered anew. */
    public static final int RENDERER = 1;

    private static final String PILOT = "pilot";

    /** Counters the scrape documents read; stock Envoy's are trimmed by Istio unless asked for. */
    private static final List<String> STATS = List.of(
            "cluster\\.(outbound|inbound)\\|.*upstream_(rq|cx).*",
            "cluster\\.(outbound|inbound)\\|.*ssl.*",
            "http\\.(inbound|outbound)_.*downstream_rq.*");

    /** Equal keys give equal layers. */
    public String key(String releaseDigest) {
        return CanonicalJson.digest(List.of(
                RENDERER,
                releaseDigest,
                revision,
                defaultRevision,
                trustDomain,
                values,
                imageRegistry.orElse(""),
                kubernetesVersion));
    }

    /** As default revision and as another one: the charts give the same, only what of it belongs to the revision differs. */
    public List<IstioRelease> forms() {
        return List.of(form(true), form(false));
    }

    private IstioRelease form(boolean asDefault) {
        return new IstioRelease(revision, asDefault, trustDomain, values, imageRegistry, kubernetesVersion);
    }

    /** The charts base and istiod. Throws IllegalArgumentException where the release lacks one. */
    public List<ChartJob> jobs(ReleaseBundle bundle) {
        String text = CanonicalJson.write(valuesFor(bundle.description()));
        List<ChartJob> jobs = new ArrayList<>();
        jobs.add(new ChartJob("base", archive(bundle, "base"), text, "istio-base", IstioDocuments.NAMESPACE));
        jobs.add(new ChartJob(
                "istiod", archive(bundle, "istiod"), text, "istiod-" + revision, IstioDocuments.NAMESPACE));
        return jobs;
    }

    private static byte[] archive(ReleaseBundle bundle, String chart) {
        byte[] archive = bundle.charts().get(chart);
        if (archive == null) {
            throw new IllegalArgumentException("release " + bundle.description().version() + " has no chart " + chart);
        }
        return archive;
    }

    Map<String, Object> valuesFor(ReleaseDescription release) {
        Map<String, Object> defaults = Values.merge(
                Values.at("meshConfig.defaultConfig.proxyStatsMatcher.inclusionRegexps", STATS),
                Values.at("base.validationFailurePolicy", "Fail"));
        Map<String, Object> decided = Values.merge(
                Values.at("meshConfig.trustDomain", trustDomain),
                Map.of("revision", revision, "revisionTags", List.of(), "defaultRevision", revision));
        return Values.merge(Values.merge(defaults, values), Values.merge(decided, images(release)));
    }

    private Map<String, Object> images(ReleaseDescription release) {
        String reference = release.images().stream()
                .filter(image -> image.name().equals(PILOT))
                .map(ReleaseDescription.Image::reference)
                .findFirst()
                .orElse("docker.io/istio/pilot:" + release.version());
        int slash = reference.lastIndexOf('/');
        int colon = reference.lastIndexOf(':');
        String tag = colon > slash ? reference.substring(colon + 1) : release.version();
        String hub = imageRegistry.orElse(slash < 0 ? "docker.io/istio" : reference.substring(0, slash));
        return Values.merge(Values.at("global.hub", hub), Values.at("global.tag", tag));
    }
}
