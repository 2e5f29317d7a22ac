// node --import ./register.mjs …: file paths as the verifier's server maps them.
import { register } from "node:module";

register("./serve_paths.mjs", import.meta.url);
