package io.weft.upgrade.executor;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.weft.kit.wire.WireNames;
import io.weft.upgrade.decision.Gate;
import io.weft.upgrade.decision.Observations;
import io.weft.upgrade.decision.Plan;
import io.weft.upgrade.decision.State;
import io.weft.upgrade.decision.Step;
import java.io.IOException;
import java.time.Instant;

/** The stored form of states and of a decision's inputs. The pure records know nothing of it. */
final class DecisionJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(wireNames())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .addMixIn(Step.class, Steps.class)
            .addMixIn(Gate.class, Kinds.class)
            .build();

    private DecisionJson() {}

    /** Everything that a decision was made from: decided again, it gives the same. */
    record Inputs(Plan plan, State state, Observations seen, Instant now) {}

    static JsonNode write(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Reads back what {@link #write} gave.
     *
     * @throws IllegalArgumentException the document is of another shape
     */
    static <T> T read(JsonNode document, Class<T> type) {
        try {
            return MAPPER.treeToValue(document, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no stored " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "step")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Step.Precheck.class, name = "precheck"),
        @JsonSubTypes.Type(value = Step.ControlPlaneCanary.class, name = "controlPlaneCanary"),
        @JsonSubTypes.Type(value = Step.ControlPlaneSoak.class, name = "controlPlaneSoak"),
        @JsonSubTypes.Type(value = Step.BeforeWave.class, name = "beforeWave"),
        @JsonSubTypes.Type(value = Step.WaveMoving.class, name = "waveMoving"),
        @JsonSubTypes.Type(value = Step.WaveSoaking.class, name = "waveSoaking"),
        @JsonSubTypes.Type(value = Step.Promoted.class, name = "promoted"),
        @JsonSubTypes.Type(value = Step.RollingBack.class, name = "rollingBack"),
        @JsonSubTypes.Type(value = Step.Done.class, name = "done")
    })
    private interface Steps {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Gate.SuccessRate.class, name = "successRate"),
        @JsonSubTypes.Type(value = Gate.LatencyShare.class, name = "latencyShare"),
        @JsonSubTypes.Type(value = Gate.ProxySync.class, name = "proxySync"),
        @JsonSubTypes.Type(value = Gate.Probes.class, name = "probes")
    })
    @JsonIgnoreProperties(ignoreUnknown = false)
    private interface Kinds {}

    private static SimpleModule wireNames() {
        SimpleModule module = new SimpleModule();
        module.addSerializer(new ConstantWriter());
        module.setDeserializerModifier(new ConstantReaders());
        return module;
    }

    @SuppressWarnings("rawtypes") // every enum, whatever its constants
    private static final class ConstantWriter extends JsonSerializer<Enum> {
        @Override
        public Class<Enum> handledType() {
            return Enum.class;
        }

        @Override
        public void serialize(Enum constant, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(WireNames.of(constant));
        }
    }

    private static final class ConstantReaders extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config, JavaType type, BeanDescription bean, JsonDeserializer<?> standard) {
            return new ConstantReader(type.getRawClass());
        }
    }

    private static final class ConstantReader extends JsonDeserializer<Object> {
        private final Class<?> type;

        ConstantReader(Class<?> type) {
            this.type = type;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"}) // only asked for enums
        public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return WireNames.parse((Class) type, in.getText());
        }
    }
}
