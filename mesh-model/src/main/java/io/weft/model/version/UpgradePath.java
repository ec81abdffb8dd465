package io.weft.model.version;

import java.util.List;
import java.util.Optional;

/** Whether a control plane may go from one version to another in one step, and on which Kubernetes. */
public final class UpgradePath {
    private UpgradePath() {}

    /** The answer; a code is stable PascalCase, a reason is a sentence. */
    public sealed interface Step {
        record Legal() implements Step {}

        record Illegal(String code, String reason) implements Step {}
    }

    /**
     * What is asked.
     *
     * @param from version of the default control plane
     * @param to version wanted, of the release below
     * @param upgradesFrom minors, e.g. {@code 1.26}, that the release says it can replace; empty = it says nothing
     * @param kubernetesMin lowest Kubernetes minor the release lists
     * @param kubernetes version of the cluster, null while it is unknown
     * @param proxies versions that proxies run now
     */
    public record Question(
            String from,
            String to,
            List<String> upgradesFrom,
            String kubernetesMin,
            String kubernetesMax,
            Optional<String> kubernetes,
            List<String> proxies) {
        public Question {
            upgradesFrom = List.copyOf(upgradesFrom);
            proxies = List.copyOf(proxies);
        }
    }

    /** Rules of Istio's revision upgrades: never back, control plane at most one minor ahead of any proxy. */
    public static Step istio(Question question) {
        Optional<Version> from = Version.parse(question.from());
        Optional<Version> to = Version.parse(question.to());
        if (from.isEmpty() || to.isEmpty()) {
            return new Step.Illegal("UnknownVersion", "cannot compare " + question.from() + " with " + question.to());
        }
        Step direction = direction(from.get(), to.get(), question.upgradesFrom());
        if (direction instanceof Step.Illegal) {
            return direction;
        }
        Step skew = skew(to.get(), question.proxies());
        return skew instanceof Step.Illegal ? skew : kubernetes(question);
    }

    private static Step direction(Version from, Version to, List<String> upgradesFrom) {
        int order = to.compareTo(from);
        if (order == 0) {
            return new Step.Illegal("SameVersion", to + " runs already");
        }
        if (order < 0) {
            return new Step.Illegal("Backwards", to + " is older than " + from + "; a way back is a rollback");
        }
        if (to.minorsAhead(from) > 1) {
            return new Step.Illegal("SkipsMinor", from + " to " + to + " skips a minor; go by way of the one between");
        }
        if (!upgradesFrom.isEmpty() && !upgradesFrom.contains(from.line())) {
            return new Step.Illegal(
                    "NotListed", "release " + to + " can replace " + String.join(", ", upgradesFrom) + ", not " + from);
        }
        return new Step.Legal();
    }

    private static Step skew(Version to, List<String> proxies) {
        for (String proxy : proxies) {
            Optional<Version> version = Version.parse(proxy);
            if (version.isPresent() && to.minorsAhead(version.get()) > 1) {
                return new Step.Illegal("ProxyTooOld", "proxies of " + proxy + " are over one minor behind " + to);
            }
            if (version.isPresent() && to.minorsAhead(version.get()) < 0) {
                return new Step.Illegal("ProxyTooNew", "proxies of " + proxy + " are ahead of " + to);
            }
        }
        return new Step.Legal();
    }

    private static Step kubernetes(Question question) {
        Optional<Version> running = question.kubernetes().flatMap(Version::parse);
        Optional<Version> min = Version.parse(question.kubernetesMin());
        Optional<Version> max = Version.parse(question.kubernetesMax());
        if (running.isEmpty() || min.isEmpty() || max.isEmpty()) {
            return new Step.Illegal("KubernetesUnknown", "the cluster has not told its Kubernetes version yet");
        }
        boolean tooOld = running.get().minorsAhead(min.get()) < 0;
        boolean tooNew = running.get().minorsAhead(max.get()) > 0;
        if (tooOld || tooNew) {
            return new Step.Illegal(
                    "KubernetesOutOfRange",
                    "release " + question.to() + " lists Kubernetes " + question.kubernetesMin() + " to "
                            + question.kubernetesMax() + ", the cluster runs " + running.get());
        }
        return new Step.Legal();
    }
}
