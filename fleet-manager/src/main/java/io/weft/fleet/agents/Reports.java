package io.weft.fleet.agents;

import io.weft.fleet.inventory.InventoryIngest;
import io.weft.fleet.telemetry.TelemetryIngest;
import jakarta.inject.Singleton;

/** Who takes which kind of report. */
@Singleton
record Reports(
        AgentLinks links,
        Presence presence,
        Acknowledgements acknowledgements,
        Rejections rejections,
        Movements movements,
        ProbeVerdicts probes,
        Observations observations,
        InventoryIngest inventory,
        TelemetryIngest telemetry) {}
