"""Train a LoRA adapter on `train.jsonl`, as `settings.json` says: `python train.py [OUT]`.

Writes `adapter/` and, last, `result.json` into OUT, by default beside itself. On a GPU the base model has 4 bits.
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
NO_LOSS = -100


def read_rows(name: str) -> list[dict[str, Any]]:
    """Read rows of prompt and completion; none where there is no such file."""
    path = HERE / name
    return [json.loads(line) for line in path.open(encoding="utf-8")] if path.exists() else []


def fit(rows: list[dict[str, Any]], tokenizer: Any, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows that are trained on whole, and the length that holds them: that of 99 of 100, by the tokenizer.

    A longer row is left out: cut, it would lose its answer, which stands at its end.
    """
    lengths = [len(tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=False)) for row in rows]
    longest = min(limit, 64 * math.ceil(sorted(lengths)[math.ceil(0.99 * len(lengths)) - 1] / 64))
    return [row for row, length in zip(rows, lengths, strict=True) if length <= longest], longest


def load_model(name: str) -> Any:
    """Load the base model: in 4 bits on a GPU, whole elsewhere."""
    if not torch.cuda.is_available():
        return AutoModelForCausalLM.from_pretrained(name)
    kind = torch.bfloat16
    quantized = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=kind)
    return AutoModelForCausalLM.from_pretrained(name, quantization_config=quantized, dtype=kind, device_map="auto")


def train(out: Path) -> dict[str, Any]:
    """Train, and return the figures; one that was interrupted goes on from its last epoch."""
    began, settings = time.monotonic(), json.loads((HERE / "settings.json").read_text(encoding="utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(settings["base_model"])
    every = read_rows("train.jsonl")
    rows, max_length = fit(every, tokenizer, settings["max_length"])
    held = [row for row in read_rows("validation.jsonl") if row in fit([row], tokenizer, max_length)[0]]
    on_gpu = torch.cuda.is_available()
    config = SFTConfig(
        output_dir=str(out / "checkpoints"), num_train_epochs=settings["epochs"], seed=settings["seed"],
        learning_rate=settings["learning_rate"], lr_scheduler_type="cosine", warmup_steps=0.03,
        per_device_train_batch_size=settings["batch_size"], per_device_eval_batch_size=settings["batch_size"],
        gradient_accumulation_steps=settings["accumulation"], gradient_checkpointing=on_gpu, bf16=on_gpu,
        max_length=max_length, completion_only_loss=True, packing=False,
        logging_steps=1, report_to="none", save_strategy="epoch", save_total_limit=1,
        eval_strategy="epoch" if held else "no",
    )  # fmt: skip
    trainer = SFTTrainer(
        load_model(settings["base_model"]), config,
        train_dataset=Dataset.from_list(rows), eval_dataset=Dataset.from_list(held) if held else None,
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=settings["rank"], lora_alpha=2 * settings["rank"], lora_dropout=0.05, target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=any((out / "checkpoints").glob("checkpoint-*")))
    trainer.save_model(str(out / "adapter"))
    log = trainer.state.log_history
    losses = [entry["loss"] for entry in log if "loss" in entry]
    validation = [entry["eval_loss"] for entry in log if "eval_loss" in entry]
    labels = next(iter(trainer.get_train_dataloader()))["labels"]
    return {
        "base_model": settings["base_model"], "rows": len(rows), "too_long": len(every) - len(rows),
        "max_length": max_length, "first_loss": losses[0], "last_loss": losses[-1],
        "validation_loss": validation[-1] if validation else None,
        # Of the tokens of a batch, how many the loss covers: those of answers.
        "answer_share": round((labels != NO_LOSS).float().mean().item(), 3),
        "trained_tokens": int(max(entry.get("num_tokens", 0) for entry in log)),
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve() if sys.argv[1:] else HERE
    result = json.dumps(train(place), indent=1)
    # Last and at once: who finds it finds a trained model.
    (place / "result.new").write_text(result + "\n", encoding="utf-8")
    (place / "result.new").replace(place / "result.json")
    print(result)  # noqa: T201 - a program's answer
