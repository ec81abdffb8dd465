package io.weft.model.compile;

import io.weft.model.capability.Capabilities;
import io.weft.model.facts.ServiceFact;
import io.weft.model.manifest.CanonicalJson;
import io.weft.model.manifest.Manifest;
import io.weft.model.policy.PolicyKind;
import io.weft.model.policy.TrafficRoute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * VirtualService and DestinationRule, one of each per host (G10, G11): policies on one Service are merged, the older
 * one's rules first. {@code retries} is left out, so that requests are retried as they were without the policy (G18).
 */
final class IstioRoutes {
    private static final int MAX_SUBSET_NAME = 50;

    private final IstioSidecar mesh;
    private final List<Manifest> destinationRules = new ArrayList<>();
    private final List<Manifest> virtualServices = new ArrayList<>();

    IstioRoutes(IstioSidecar mesh) {
        this.mesh = mesh;
    }

    /** A rule that was accepted, and whose it is. */
    private record Entry(Draft draft, int index, int port, TrafficRoute.Rule rule) {
        boolean contradicts(Entry other) {
            return port == other.port
                    && rule.headers().equals(other.rule.headers())
                    && !rule.labels().equals(other.rule.labels());
        }
    }

    IstioRoutes compile(List<Draft> drafts) {
        SortedMap<String, List<Draft>> byHost = new TreeMap<>();
        for (Draft draft : drafts) {
            String host = draft.target().namespace() + "/" + rules(draft).service();
            byHost.computeIfAbsent(host, _ -> new ArrayList<>()).add(draft);
        }
        byHost.values().forEach(this::compileHost);
        return this;
    }

    List<Manifest> destinationRules() {
        return destinationRules;
    }

    List<Manifest> virtualServices() {
        return virtualServices;
    }

    private static TrafficRoute rules(Draft draft) {
        return (TrafficRoute) draft.intent().spec().rules();
    }

    private void compileHost(List<Draft> drafts) {
        List<Entry> accepted = new ArrayList<>();
        Optional<ServiceFact> host = Optional.empty();
        for (Draft draft : drafts) {
            Optional<ServiceFact> service = mesh
                    .services(draft, List.of(rules(draft).service()))
                    .stream()
                    .findFirst();
            if (service.isPresent() && merged(draft, accepted)) {
                host = service;
            }
        }
        if (host.isEmpty()) {
            return;
        }
        ServiceFact service = host.get();
        reportMerging(accepted);
        accepted.forEach(entry -> reportDestination(entry, service));
        String policies = accepted.stream()
                .map(entry -> entry.draft().intent().name())
                .distinct()
                .collect(Collectors.joining(","));
        destinationRules.add(made(accepted, "DestinationRule", service, policies, destinationSpec(service, accepted)));
        virtualServices.add(made(accepted, "VirtualService", service, policies, routeSpec(service, accepted)));
    }

    /** False and refused when a policy before it sends the same requests elsewhere. */
    private boolean merged(Draft draft, List<Entry> accepted) {
        List<TrafficRoute.Rule> rules = rules(draft).rules();
        List<Entry> added = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            Entry entry = new Entry(draft, i, rules(draft).port(), rules.get(i));
            Optional<Entry> other = accepted.stream().filter(entry::contradicts).findFirst();
            if (other.isPresent()) {
                refuse(draft, other.get().draft().intent().name());
                return false;
            }
            added.add(entry);
        }
        accepted.addAll(added);
        return true;
    }

    private void refuse(Draft draft, String other) {
        InstallationFacts installation = mesh.installation();
        draft.refuse(new PolicyOutcome.Refused(
                Capabilities.classOf(installation.family(), installation.mode(), installation.versions())
                        .name(),
                "CONFLICTING_POLICY",
                PolicyKind.TRAFFIC_ROUTE.word(),
                "policy " + other + " sends requests with the same headers elsewhere; change one of them"));
    }

    private static void reportMerging(List<Entry> accepted) {
        List<Draft> drafts = accepted.stream().map(Entry::draft).distinct().toList();
        for (Draft draft : drafts) {
            for (Draft other : drafts) {
                if (other != draft) {
                    draft.report(
                            "MERGED",
                            "Rules of policy " + other.intent().name()
                                    + " share this Service's one VirtualService; those of the older policy are tried first");
                }
            }
        }
    }

    private void reportDestination(Entry entry, ServiceFact service) {
        boolean answered = mesh.facts().workloads().stream()
                .anyMatch(workload -> service.selects(workload)
                        && workload.podLabels()
                                .entrySet()
                                .containsAll(entry.rule().labels().entrySet()));
        if (!answered) {
            entry.draft()
                    .report(
                            "UNRESOLVED_DESTINATION",
                            "No workload behind Service " + service.name() + " carries "
                                    + entry.rule().labels() + ": matching requests fail until one does");
        }
        if (!service.ports().contains(entry.port())) {
            entry.draft()
                    .report(
                            "UNKNOWN_PORT",
                            "Service " + service.name() + " has no port " + entry.port() + ": the rules match nothing");
        }
    }

    private static Manifest made(
            List<Entry> accepted, String kind, ServiceFact service, String policies, Map<String, Object> spec) {
        Manifest manifest = IstioSidecar.manifest(
                IstioSidecar.NETWORKING, kind, service.namespace(), "weft-" + service.name(), policies, spec);
        accepted.stream().map(Entry::draft).distinct().forEach(draft -> draft.made(manifest));
        return manifest;
    }

    private static Map<String, Object> destinationSpec(ServiceFact service, List<Entry> accepted) {
        SortedMap<String, Object> subsets = new TreeMap<>();
        for (Entry entry : accepted) {
            String name = subset(entry.rule().labels());
            subsets.put(name, Map.of("name", name, "labels", entry.rule().labels()));
        }
        return Map.of("host", host(service), "subsets", List.copyOf(subsets.values()));
    }

    private static Map<String, Object> routeSpec(ServiceFact service, List<Entry> accepted) {
        List<Map<String, Object>> http = new ArrayList<>();
        for (Entry entry : accepted) {
            Map<String, Object> headers = new LinkedHashMap<>();
            entry.rule().headers().forEach((name, value) -> headers.put(name, Map.of("exact", value)));
            http.add(Map.of(
                    "name", "weft-" + entry.draft().intent().name() + "-" + entry.index(),
                    "match", List.of(Map.of("port", entry.port(), "headers", headers)),
                    "route",
                            List.of(Map.of(
                                    "destination",
                                    Map.of(
                                            "host", host(service),
                                            "subset", subset(entry.rule().labels()),
                                            "port", Map.of("number", entry.port()))))));
        }
        // without a port: the one the request came to
        http.add(Map.of(
                "name", "weft-otherwise", "route", List.of(Map.of("destination", Map.of("host", host(service))))));
        return Map.of("hosts", List.of(host(service)), "http", http);
    }

    private static String host(ServiceFact service) {
        return service.name() + "." + service.namespace() + ".svc.cluster.local";
    }

    /** A DNS label made of the labels; a digest keeps apart what spelling or length would make equal. */
    private static String subset(SortedMap<String, String> labels) {
        String plain = labels.entrySet().stream()
                .map(label -> label.getKey() + "-" + label.getValue())
                .collect(Collectors.joining("-"));
        if (labels.size() == 1 && plain.length() <= MAX_SUBSET_NAME && plain.matches("[a-z0-9]+-[a-z0-9]+")) {
            return plain;
        }
        String clean = plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String digest = CanonicalJson.digest(labels).substring("sha256:".length());
        return clean.substring(0, Math.min(clean.length(), MAX_SUBSET_NAME)) + "-" + digest.substring(0, 8);
    }
}
