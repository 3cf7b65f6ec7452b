"""Train on a rented GPU, by Modal: `modal run modal_app.py`, then `modal deploy modal_app.py` to serve.

It is paid by the second while it trains, or while somebody asks it. Llama's weights need `modal secret create
huggingface HF_TOKEN=...` of an account that accepted its licence, and `USES_LICENCE = True`.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import modal

USES_LICENCE = False
HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text(encoding="utf-8")) if (HERE / "settings.json").exists() else {}
NAME = str(SETTINGS.get("candidate", "candidate"))
OUT = f"/out/{NAME}"

app = modal.App(f"otel-training-{NAME}")
volume = modal.Volume.from_name("otel-training", create_if_missing=True)
secrets = [modal.Secret.from_name("huggingface")] if USES_LICENCE else []
base = modal.Image.debian_slim(python_version="3.12")
training = base.pip_install_from_requirements(str(HERE / "requirements.txt")).add_local_dir(str(HERE), "/job")
serving = base.pip_install("vllm==0.33.0").add_local_file(str(HERE / "settings.json"), "/root/settings.json")


@app.function(image=training, gpu="H100", volumes={"/out": volume}, secrets=secrets, timeout=6 * 3600, retries=2)
def train() -> dict[str, Any]:
    """Train; what was interrupted goes on."""
    Path(OUT).mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "/job/train.py", OUT], check=True)
    volume.commit()
    result: dict[str, Any] = json.loads(Path(OUT, "result.json").read_text(encoding="utf-8"))
    return result


@app.function(image=serving, gpu="L4", volumes={"/out": volume}, secrets=secrets, scaledown_window=300, timeout=3600)
@modal.concurrent(max_inputs=32)
@modal.web_server(8000, startup_timeout=900, requires_proxy_auth=True)
def serve() -> None:
    """Serve the adapter as `NAME`, in OpenAI's shape; on nobody's behalf there is no machine."""
    subprocess.Popen(
        ["vllm", "serve", SETTINGS["base_model"], "--enable-lora", "--max-lora-rank", str(SETTINGS["rank"]),
         "--lora-modules", f"{NAME}={OUT}/adapter", *SETTINGS["serve"]]
    )  # fmt: skip


@app.local_entrypoint()
def main() -> None:
    """Train, and keep the figures here, where `finetune status` finds them."""
    (HERE / "result.json").write_text(json.dumps(train.remote(), indent=1) + "\n", encoding="utf-8")
