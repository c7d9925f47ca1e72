extension MetricRegistry {
    /// Registers what every process shows of itself: processor time, memory, descriptors, start.
    public func registerProcessMetrics() {
        counter(
            "process_cpu_seconds_total",
            help: "Processor time that all threads have used.",
            unit: "seconds",
            reading: {
                ProcessStatus.current.map { Double($0.cpuTicks) / ProcessStatus.ticksPerSecond }
            }
        )
        gauge(
            "process_resident_memory_bytes",
            help: "Memory that is not swapped out.",
            unit: "bytes",
            reading: {
                ProcessStatus.current.map { Double($0.residentPages) * ProcessStatus.pageSize }
            }
        )
        gauge(
            "process_open_fds",
            help: "Descriptors that are open.",
            reading: { ProcessStatus.openDescriptors.map(Double.init) }
        )
        // Neither changes; the clock may be set meanwhile, and the process has not started anew.
        let start = ProcessStatus.bootSeconds.flatMap { boot in
            ProcessStatus.current.map {
                Double(boot) + Double($0.startTicks) / ProcessStatus.ticksPerSecond
            }
        }
        gauge(
            "process_start_time_seconds",
            help: "When the process started, in seconds since 1970.",
            unit: "seconds",
            reading: { start }
        )
    }

    /// Registers what was built: `build_info`, whose value is always 1.
    ///
    /// - Parameters:
    ///   - service: the program.
    ///   - version: its version.
    ///   - revision: the commit it was built from.
    public func registerBuildInfo(service: String, version: String, revision: String) {
        info(
            "build_info",
            help: "What was built, from which commit.",
            labels: ["service": service, "version": version, "revision": revision]
        )
    }
}
