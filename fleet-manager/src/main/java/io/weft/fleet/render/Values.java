package io.weft.fleet.render;

import java.util.Map;
import java.util.TreeMap;

/** Chart values: trees of maps, laid over each other as Helm does. */
final class Values {
    private Values() {}

    /** The lower tree with everything the upper one says; lists and scalars are replaced, maps are merged. */
    static Map<String, Object> merge(Map<String, ?> lower, Map<String, ?> upper) {
        Map<String, Object> merged = new TreeMap<>(lower);
        upper.forEach((key, value) -> {
            Object below = merged.get(key);
            merged.put(
                    key,
                    below instanceof Map<?, ?> lowerMap && value instanceof Map<?, ?> upperMap
                            ? merge(texts(lowerMap), texts(upperMap))
                            : value);
        });
        return merged;
    }

    /** {@code a.b.c} = value as a tree. */
    static Map<String, Object> at(String path, Object value) {
        int dot = path.indexOf('.');
        return dot < 0 ? Map.of(path, value) : Map.of(path.substring(0, dot), at(path.substring(dot + 1), value));
    }

    private static Map<String, Object> texts(Map<?, ?> map) {
        Map<String, Object> texts = new TreeMap<>();
        map.forEach((key, value) -> texts.put(String.valueOf(key), value));
        return texts;
    }
}
