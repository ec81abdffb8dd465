package io.weft.model.capability;

import io.weft.model.policy.PolicyKind;
import io.weft.model.version.Version;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The capability matrix: what this version of Weft has compilers for. */
public final class Capabilities {
    private static final Version ISTIO_FIRST = new Version(1, 26, 0);
    private static final Version ISTIO_LAST = new Version(1, 27, 0);

    private static final CapabilityClass ISTIO_SIDECAR = new CapabilityClass(
            "istio-1.26-sidecar",
            List.of(
                    new Capability(
                            PolicyKind.MUTUAL_TLS, "native", List.of("PeerAuthentication"), List.of("G20", "G23")),
                    new Capability(
                            PolicyKind.AUTHORIZATION,
                            "native",
                            List.of("AuthorizationPolicy"),
                            List.of("G6", "G14", "G15")),
                    new Capability(
                            PolicyKind.TRAFFIC_ROUTE,
                            "native",
                            List.of("DestinationRule", "VirtualService"),
                            List.of("G10", "G11", "G12", "G18", "G23"))));

    private Capabilities() {}

    /** A policy that a class cannot enforce; the problem is POLICY_NOT_EXPRESSIBLE. */
    public record Missing(String capabilityClass, String family, String capability, String reason) {}

    /** The class of an installation; for several running versions that of the oldest one. */
    public static CapabilityClass classOf(String family, String mode, Collection<String> versions) {
        Optional<Version> oldest =
                versions.stream().flatMap(text -> Version.parse(text).stream()).min(Version::compareTo);
        if ("istio".equals(family)
                && "sidecar".equals(mode)
                && oldest.filter(Capabilities::covered).isPresent()) {
            return ISTIO_SIDECAR;
        }
        String line = oldest.map(version -> "-" + version.line()).orElse("");
        return new CapabilityClass(family + line + "-" + mode, List.of());
    }

    /** Empty when the class has a compiler for the kind. */
    public static Optional<Missing> missing(PolicyKind kind, String family, String mode, Collection<String> versions) {
        CapabilityClass capabilityClass = classOf(family, mode, versions);
        return capabilityClass.enforces(kind)
                ? Optional.empty()
                : Optional.of(new Missing(
                        capabilityClass.name(), family, kind.word(), "no compiler in this version of Weft"));
    }

    private static boolean covered(Version version) {
        return version.minorsAhead(ISTIO_FIRST) >= 0 && version.minorsAhead(ISTIO_LAST) <= 0;
    }
}
