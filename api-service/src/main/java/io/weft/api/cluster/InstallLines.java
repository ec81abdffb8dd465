package io.weft.api.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The lines a person runs to install the agent. The join token stands in none of them: it is read from the terminal
 * and reaches the cluster on standard input, so it is in no argument list, shell history, URL or release record.
 */
final class InstallLines {
    private static final String NAMESPACE = "weft-system";
    private static final String VALUES_FILE = "weft-agent-values.yaml";

    private InstallLines() {}

    static InstallView of(String chart, String clusterId, InstallView.Gateway gateway, List<JsonNode> rules) {
        return new InstallView(
                chart,
                new InstallView.Values(gateway, clusterId, List.copyOf(rules)),
                List.of(
                        "kubectl create namespace " + NAMESPACE,
                        "read -rs TOKEN && printf %s \"$TOKEN\" | kubectl -n " + NAMESPACE
                                + " create secret generic weft-join --from-file=token=/dev/stdin -o yaml --dry-run=client"
                                + " | kubectl apply --server-side -f - ; unset TOKEN",
                        valuesFile(rules),
                        "helm upgrade --install weft-agent " + quoted(chart) + " -n " + NAMESPACE
                                + " --set gateway.url="
                                + gateway.url() + " --set gateway.caPin=" + gateway.caPin() + " --set clusterId="
                                + clusterId + " -f " + VALUES_FILE));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:@-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** JSON is YAML; one rule a line keeps a diff between two releases readable. */
    private static String valuesFile(List<JsonNode> rules) {
        StringBuilder text = new StringBuilder("cat > " + VALUES_FILE + " <<'END_OF_VALUES'\n{\"lifecycleRules\":[");
        for (int i = 0; i < rules.size(); i++) {
            text.append(i == 0 ? "\n" : ",\n").append(rules.get(i));
        }
        return text.append("\n]}\nEND_OF_VALUES").toString();
    }
}
