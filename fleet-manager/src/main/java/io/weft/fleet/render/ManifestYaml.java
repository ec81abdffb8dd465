package io.weft.fleet.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Reads a chart's output as kubectl would: no dates, no sexagesimal numbers, no types beyond JSON's. */
final class ManifestYaml {
    private static final int MAX_CODE_POINTS = 32 * 1024 * 1024;

    private ManifestYaml() {}

    /** Objects of every document; empty documents are passed over. Throws YAMLException for what is no YAML. */
    static List<Map<String, Object>> objects(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CODE_POINTS);
        options.setMaxAliasesForCollections(50);
        options.setAllowDuplicateKeys(true); // Helm's parser takes the last one, and charts rely on it
        Yaml yaml = new Yaml(
                new SafeConstructor(options),
                new Representer(new DumperOptions()),
                new DumperOptions(),
                options,
                new KubernetesResolver());
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object document : yaml.loadAll(text)) {
            if (document instanceof Map<?, ?> map && map.get("kind") != null) {
                objects.add(typed(map));
            }
        }
        return objects;
    }

    @SuppressWarnings("unchecked") // CanonicalJson refuses other keys than strings when the object is written
    private static Map<String, Object> typed(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    private static final class KubernetesResolver extends Resolver {
        private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]*|0x[0-9a-fA-F]+|0[0-7]+)");
        private static final Pattern REAL =
                Pattern.compile("[-+]?([0-9]+\\.[0-9]*|\\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
            addImplicitResolver(Tag.INT, INTEGER, "-+0123456789");
            addImplicitResolver(Tag.FLOAT, REAL, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
