mod look;
mod story;

#[cfg(test)]
mod tests;
