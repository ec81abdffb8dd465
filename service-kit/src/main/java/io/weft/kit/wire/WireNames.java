package io.weft.kit.wire;

import java.util.Locale;

/** The one mapping between a Java enum constant ({@code ROLLING_BACK}) and its value in JSON and SQL ({@code rollingBack}). */
public final class WireNames {
    private WireNames() {}

    public static String of(Enum<?> constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(
                    name.isEmpty() || word.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }

    /**
     * The constant that is written so.
     *
     * @throws IllegalArgumentException no constant of the type has this name; the message lists the names there are
     */
    public static <E extends Enum<E>> E parse(Class<E> type, String name) {
        StringBuilder names = new StringBuilder();
        for (E constant : type.getEnumConstants()) {
            String candidate = of(constant);
            if (candidate.equals(name)) {
                return constant;
            }
            names.append(names.isEmpty() ? "" : ", ").append(candidate);
        }
        throw new IllegalArgumentException("must be one of " + names);
    }
}
