//! The program: `voltbay serve`, `voltbay seed --demo` and the rest of the command line.

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    voltbay::server::cli::main()
}

#[cfg(not(feature = "ssr"))]
fn main() {}
