package io.weft.model.input;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One object of a foreign tree. Reading never throws: a fault is noted in the list that all Fields of one document share,
 * and a placeholder is returned, so that one pass finds every fault.
 */
public final class Fields {
    private static final int MAX_ITEMS = 100;

    private final String path;
    private final Map<?, ?> map;
    private final List<Violation> violations;

    private Fields(String path, Map<?, ?> map, List<Violation> violations) {
        this.path = path;
        this.map = map;
        this.violations = violations;
    }

    public static Fields of(String path, Map<String, ?> map, List<Violation> violations) {
        return new Fields(path, map, violations);
    }

    /** Notes every key that is not among the known ones. */
    public Fields only(Set<String> known) {
        for (Object key : map.keySet()) {
            if (!(key instanceof String text) || !known.contains(text)) {
                violate(
                        String.valueOf(key),
                        "UNKNOWN_FIELD",
                        "There is no such field; known here: "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return this;
    }

    public boolean has(String key) {
        return map.get(key) != null;
    }

    public void violate(String key, String code, String message) {
        violations.add(new Violation(at(key), code, message));
    }

    /** A required string that the form accepts. */
    public String text(String key, TextForm form) {
        Object value = map.get(key);
        if (value == null) {
            violate(key, "REQUIRED", "Give " + form.description());
            return form.placeholder();
        }
        return checked(at(key), value, form);
    }

    public @Nullable String optionalText(String key, TextForm form) {
        Object value = map.get(key);
        return value == null ? null : checked(at(key), value, form);
    }

    /** An optional whole number. */
    public @Nullable Integer optionalInteger(String key, int min, int max) {
        Object value = map.get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Integer) && !(value instanceof Long)) {
            violate(key, "WRONG_TYPE", "Give a whole number from " + min + " to " + max);
            return null;
        }
        long number = ((Number) value).longValue();
        if (number < min || number > max) {
            violate(key, "OUT_OF_RANGE", "Give a whole number from " + min + " to " + max + ", not " + number);
            return null;
        }
        return (int) number;
    }

    /** A required object; where it is missing an empty one that reports nothing. */
    public Fields object(String key) {
        Object value = map.get(key);
        if (value instanceof Map<?, ?> inner) {
            return new Fields(at(key), inner, violations);
        }
        violate(key, value == null ? "REQUIRED" : "WRONG_TYPE", "Give an object");
        return new Fields(at(key), Map.of(), new ArrayList<>());
    }

    public @Nullable Fields optionalObject(String key) {
        return map.get(key) == null ? null : object(key);
    }

    /** A required list of objects, each read by the function, between min and 100 items. */
    public <T> List<T> objects(String key, int min, Function<Fields, T> read) {
        List<T> items = new ArrayList<>();
        List<?> values = list(key, min);
        for (int i = 0; i < values.size(); i++) {
            String place = at(key) + "[" + i + "]";
            if (values.get(i) instanceof Map<?, ?> inner) {
                items.add(read.apply(new Fields(place, inner, violations)));
            } else {
                violations.add(new Violation(place, "WRONG_TYPE", "Give an object"));
            }
        }
        return items;
    }

    /** A list of strings; absent = empty unless min is positive. */
    public List<String> texts(String key, int min, TextForm form) {
        if (min == 0 && map.get(key) == null) {
            return List.of();
        }
        List<String> items = new ArrayList<>();
        List<?> values = list(key, min);
        for (int i = 0; i < values.size(); i++) {
            String place = at(key) + "[" + i + "]";
            Object value = values.get(i);
            String text = value == null ? missing(place, form) : checked(place, value, form);
            if (items.contains(text)) {
                violations.add(new Violation(place, "DUPLICATE", text + " stands there already"));
            } else {
                items.add(text);
            }
        }
        return items;
    }

    /** A required map from string to string with at least one entry. */
    public Map<String, String> textMap(String key, TextForm keys, TextForm values) {
        Fields inner = object(key);
        if (inner.map.isEmpty() && map.get(key) instanceof Map<?, ?>) {
            violate(key, "EMPTY", "Give at least one entry");
        }
        if (inner.map.size() > MAX_ITEMS) {
            violate(key, "TOO_MANY", "At most " + MAX_ITEMS + " entries");
            return Map.of();
        }
        Map<String, String> read = new LinkedHashMap<>();
        inner.map.forEach((name, value) -> {
            String place = at(key) + "[\"" + shortened(String.valueOf(name)) + "\"]";
            String checkedName = checked(place, name, keys);
            read.put(checkedName, value == null ? missing(place, values) : checked(place, value, values));
        });
        return read;
    }

    /** One of the words, else a violation and the fallback. */
    public String word(String key, Set<String> words, @Nullable String absent) {
        Object value = map.get(key);
        String list = String.join(", ", words.stream().sorted().toList());
        if (value == null && absent != null) {
            return absent;
        }
        if (value == null) {
            violate(key, "REQUIRED", "Give one of: " + list);
        } else if (!(value instanceof String text)) {
            violate(key, "WRONG_TYPE", "Give one of: " + list);
        } else if (!words.contains(text)) {
            violate(key, "UNKNOWN_VALUE", shortened(text) + " is none of: " + list);
        } else {
            return text;
        }
        return absent == null ? words.stream().sorted().findFirst().orElse("") : absent;
    }

    private List<?> list(String key, int min) {
        Object value = map.get(key);
        if (value == null && min > 0) {
            violate(key, "REQUIRED", "Give a list with at least " + min + " item");
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            violate(key, "WRONG_TYPE", "Give a list");
            return List.of();
        }
        if (list.size() < min) {
            violate(key, "EMPTY", "Give at least " + min + " item");
        }
        if (list.size() > MAX_ITEMS) {
            violate(key, "TOO_MANY", "At most " + MAX_ITEMS + " items, got " + list.size());
            return List.of();
        }
        return list;
    }

    private String missing(String place, TextForm form) {
        violations.add(new Violation(place, "REQUIRED", "Give " + form.description()));
        return form.placeholder();
    }

    private String checked(String place, Object value, TextForm form) {
        if (!(value instanceof String text)) {
            violations.add(new Violation(place, "WRONG_TYPE", "Give " + form.description() + " as a string"));
            return form.placeholder();
        }
        if (text.isBlank()) {
            violations.add(new Violation(place, "BLANK", "Give " + form.description()));
            return form.placeholder();
        }
        if (text.length() > form.maxLength()) {
            violations.add(new Violation(
                    place, "TOO_LONG", "At most " + form.maxLength() + " characters, got " + text.length()));
            return form.placeholder();
        }
        if (!form.accepts(text)) {
            violations.add(new Violation(place, "MALFORMED", shortened(text) + " is not " + form.description()));
            return form.placeholder();
        }
        return text;
    }

    private String at(String key) {
        return path.isEmpty() ? shortened(key) : path + "." + shortened(key);
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
