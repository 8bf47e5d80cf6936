package dev.gantry.engine.log;

import dev.gantry.engine.container.ContainerSpec;
import java.util.Optional;

/// Reads the records of one kind of log file.
@FunctionalInterface
interface RecordForm {
    Optional<LogRecord> parse(byte[] line, int length);

    static RecordForm of(ContainerSpec.LogConfig log) {
        return log.kind() == ContainerSpec.LogConfig.Kind.TEXT ? TextRecords::parse : JsonRecords::parse;
    }
}
