/** What the tests of every module share: real PostgreSQL and Kafka, seeds, a clock, goldens, keys, architecture rules. */
@NullMarked
package io.weft.testkit;

import org.jspecify.annotations.NullMarked;
