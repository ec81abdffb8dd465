package io.weft.api.rollout;

import io.weft.api.http.RequestField;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Body of POST of a command.
 *
 * @param command {@code abort} leaves everything as it is, {@code rollBack} restores
 * @param reason why, for the audit log
 */
@Schema(name = "RolloutCommandWrite")
public record CommandWrite(
        @RequestField(oneOf = {"approve", "pause", "resume", "rollBack", "abort", "complete"})
        String command,

        @RequestField(maxLength = 500, filled = true) String reason) {}
