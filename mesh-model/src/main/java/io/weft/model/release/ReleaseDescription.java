package io.weft.model.release;

import io.weft.model.input.Fields;
import io.weft.model.input.TextForm;
import io.weft.model.input.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code release.json} says.
 *
 * @param kubernetesMin lowest Kubernetes minor, e.g. {@code 1.29}
 * @param upgradesFrom minors that this release can replace, e.g. {@code 1.26}
 * @param document the JSON as it was read
 */
public record ReleaseDescription(
        String family,
        String version,
        List<String> modes,
        String kubernetesMin,
        String kubernetesMax,
        List<String> upgradesFrom,
        List<Chart> charts,
        List<Image> images,
        Map<String, Object> document) {
    private static final TextForm VERSION = new TextForm(
            "a version such as 1.27.0", 40, Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+[A-Za-z0-9.+-]*"), "0.0.0");
    private static final TextForm LINE =
            new TextForm("a minor version such as 1.27", 20, Pattern.compile("[0-9]+\\.[0-9]+"), "0.0");
    private static final TextForm FILE = new TextForm(
            "a file in the folder charts", 200, Pattern.compile("charts/[A-Za-z0-9._-]+\\.tgz"), "charts/x.tgz");
    private static final TextForm SHA256 =
            new TextForm("a SHA-256 in hex", 71, Pattern.compile("(sha256:)?[0-9a-f]{64}"), "0".repeat(64));
    private static final TextForm REFERENCE =
            new TextForm("an image reference", 300, Pattern.compile("[A-Za-z0-9._:/@-]+"), "x");

    /** A chart archive of the bundle. */
    public record Chart(String name, String file, String sha256) {}

    /** An image the charts name; the digest may be empty. */
    public record Image(String name, String reference, String digest) {}

    public ReleaseDescription {
        modes = List.copyOf(modes);
        upgradesFrom = List.copyOf(upgradesFrom);
        charts = List.copyOf(charts);
        images = List.copyOf(images);
        document = Map.copyOf(document);
    }

    /** Reads and notes every violation; the value is only good if there are none. */
    static ReleaseDescription read(Map<String, Object> document, List<Violation> violations) {
        Fields fields = Fields.of("", document, violations)
                .only(Set.of("family", "version", "modes", "kubernetes", "upgradesFrom", "charts", "images"));
        Fields kubernetes = fields.object("kubernetes").only(Set.of("min", "max"));
        return new ReleaseDescription(
                fields.word("family", Set.of("istio", "linkerd", "consul"), null),
                fields.text("version", VERSION),
                fields.texts("modes", 1, TextForm.DNS_LABEL),
                kubernetes.text("min", LINE),
                kubernetes.text("max", LINE),
                fields.texts("upgradesFrom", 0, LINE),
                fields.objects("charts", 1, ReleaseDescription::chart),
                fields.has("images") ? fields.objects("images", 0, ReleaseDescription::image) : new ArrayList<>(),
                violations.isEmpty() ? document : Map.of());
    }

    private static Chart chart(Fields fields) {
        fields.only(Set.of("name", "file", "sha256"));
        return new Chart(
                fields.text("name", TextForm.DNS_LABEL), fields.text("file", FILE), fields.text("sha256", SHA256));
    }

    private static Image image(Fields fields) {
        fields.only(Set.of("name", "reference", "digest"));
        String digest = fields.optionalText("digest", SHA256);
        return new Image(
                fields.text("name", TextForm.DNS_LABEL),
                fields.text("reference", REFERENCE),
                digest == null ? "" : digest);
    }
}
