/** What was measured: rates, success and latency of services, edges and callers, and what meshes cost. Read only. */
@NullMarked
package io.weft.api.telemetry;

import org.jspecify.annotations.NullMarked;
