package io.weft.api.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a component of a request record must look like beyond its type. Judged by {@link RecordBinder} together with
 * types and unknown fields, so that one answer names everything that is wrong.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface RequestField {
    /** Longest text, in characters. */
    int maxLength() default 1024;

    /** The text may not be blank. */
    boolean filled() default false;

    /** Regular expression that the whole text matches; empty = any. */
    String pattern() default "";

    /** The values a text may have; empty = any. */
    String[] oneOf() default {};

    /** Smallest number, or fewest items of a list or map. */
    long min() default Long.MIN_VALUE;

    /** Largest number, or most items of a list or map. */
    long max() default Long.MAX_VALUE;

    /** The text is an RFC 1123 label. */
    boolean label() default false;

    /** The text is a label selector in Kubernetes' syntax. */
    boolean selector() default false;

    /** The text is a duration such as {@code 90s}, {@code 30m} or {@code 4h}. */
    boolean duration() default false;

    /** The map holds labels in Kubernetes syntax. */
    boolean labels() default false;
}
