package io.kumo.node.runtime;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.kumo.node.LogFields;
import java.util.Map;

/** Logback's own JSON lines, with what kumo's words name as fields of their own. */
final class JsonLines extends JsonEncoder {
    JsonLines() {
        setWithSequenceNumber(false);
        setWithNanoseconds(false);
        setWithContext(false);
        setWithMarkers(false);
        setWithMDC(false);
        setWithKVPList(false);
        setWithMessage(false);
        setWithArguments(false);
        setWithFormattedMessage(true);
    }

    @Override
    protected void appendCustomFields(StringBuilder out, ILoggingEvent event) {
        Map<String, String> fields = LogFields.of(event.getMessage(), event.getArgumentArray());
        if (fields.isEmpty()) {
            return;
        }
        out.append(",\"fields\":{");
        String separator = "";
        for (Map.Entry<String, String> field : fields.entrySet()) {
            out.append(separator).append('"').append(field.getKey()).append("\":\"");
            JsonStringEncoder.getInstance().quoteAsString(field.getValue(), out);
            out.append('"');
            separator = ",";
        }
        out.append('}');
    }
}
