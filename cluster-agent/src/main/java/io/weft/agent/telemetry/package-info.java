/** Scrapes proxies and control planes into ten-second windows and numbers the batches. Start at {@link Scraper}. */
@NullMarked
package io.weft.agent.telemetry;

import org.jspecify.annotations.NullMarked;
