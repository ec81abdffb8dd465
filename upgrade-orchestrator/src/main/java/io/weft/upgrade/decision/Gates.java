package io.weft.upgrade.decision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The judgements of every gate of a wave at one look. */
record Gates(List<Judgement> judgements) {
    static Gates judge(Evidence evidence) {
        List<Judgement> judgements = new ArrayList<>();
        for (Gate gate : evidence.plan().gates()) {
            switch (gate) {
                case Gate.SuccessRate success -> judgements.addAll(new SuccessRateJudge(success, evidence).judge());
                case Gate.LatencyShare latency -> judgements.add(new LatencyJudge(latency, evidence).judge());
                case Gate.ProxySync sync -> judgements.add(new ProxySyncJudge(sync, evidence).judge());
                case Gate.Probes probes -> judgements.add(new ProbesJudge(probes, evidence).judge());
            }
        }
        return new Gates(List.copyOf(judgements));
    }

    Optional<Judgement> firstFailure() {
        return judgements.stream().filter(Judgement::failed).findFirst();
    }

    /** The first that does not say yes. */
    Optional<Judgement> firstGap() {
        return judgements.stream().filter(judgement -> !judgement.passed()).findFirst();
    }
}
