package io.weft.kit.readiness;

import java.util.List;
import java.util.Locale;

/** Finds what would make running unsafe. Every bean of this type is asked before the service serves, and while it does. */
@FunctionalInterface
public interface ReadinessCheck {
    /** One sentence per danger: what is set how, why it is unsafe, what to do. Empty: safe. */
    List<String> dangers();

    /** As log and health name it: the class's name without {@code Check}. */
    default String name() {
        String type = getClass().getSimpleName();
        int proxy = type.indexOf('_');
        String plain = (proxy < 0 ? type : type.substring(0, proxy)).replaceAll("Check$", "");
        return plain.isEmpty() ? "unnamed" : plain.substring(0, 1).toLowerCase(Locale.ROOT) + plain.substring(1);
    }
}
