package io.weft.api.http;

import io.weft.kit.problem.ProblemType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The problems of a REST method beyond those that every method of its kind has; they stand in the OpenAPI file. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Raises {
    ProblemType[] value();
}
