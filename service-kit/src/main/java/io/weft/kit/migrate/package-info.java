/** Runs the migrations as the owner of the tables: a step of its own, never a service's. */
@NullMarked
package io.weft.kit.migrate;

import org.jspecify.annotations.NullMarked;
