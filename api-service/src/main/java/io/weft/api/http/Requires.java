package io.weft.api.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The permission a REST method asks for. A method without one is refused to everybody. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Requires {
    Permission value();

    /**
     * Who has the permission in a part of the organisation only may call: the method confines itself to {@link
     * CurrentCall#reach()}, as every transaction of {@link Reads} and {@link Writes} tells SQL. Else it takes the permission
     * in the whole organisation.
     */
    boolean scoped() default false;
}
