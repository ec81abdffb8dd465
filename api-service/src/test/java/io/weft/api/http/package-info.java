/** Tests of the conventions' parts. */
@NullMarked
package io.weft.api.http;

import org.jspecify.annotations.NullMarked;
