fn main() -> std::process::ExitCode {
    samband::cli::main()
}
