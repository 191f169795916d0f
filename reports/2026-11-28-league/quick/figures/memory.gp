set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
peak memory
512
1K
2K
4K
8K
1 MiB
4 MiB
16 MiB
64 MiB
256 MiB
full
sliding-window(1024)
ggml/flash-causal
ggml/flash-window(1024)
jax/dpa-causal
jax/dpa-window(1024)
onnxruntime/gqa-causal
onnxruntime/gqa-window(1024)
openvino/sdpa-causal
openvino/sdpa-mask-window(1024)
torch/sdpa-causal
torch/sdpa-mask-window(1024)
torch/sdpa-slices-window(1024)
torch-avx512/sdpa-causal
torch-avx512/sdpa-slices-window(1024)
sequence length n (tokens)
At 8K tokens jax/dpa-window(1024) peaks at 589 MiB, full at 16.0 MiB
One call, causal, float32, d = 128, 1 head, one core. Points: growth of the process's peak resident memory since
before the cell. Lines: Q, K, V, O and the kernel's own scratch, computed from the sizes.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'memory' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'memory.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[28].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[29] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[30] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[27] at screen 0.3639, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [465:8196.096]
set yrange [491520:9.879968e+08]
set xtics ($texts[2] 512, $texts[3] 1024, $texts[4] 2048, $texts[5] 4096, $texts[6] 8192)
set ytics ($texts[7] 1048576, $texts[8] 4194304, $texts[9] 1.677722e+07, $texts[10] 6.710886e+07, $texts[11] 2.684355e+08)
set lmargin at screen 0.1031
set rmargin at screen 0.6247
set bmargin at screen 0.1167
set tmargin at screen 0.7923
set label $texts[1] at screen 0.0194, screen 0.8277 left font ',11.5' tc rgb '#595959'
set label $texts[12] at screen 0.6608, screen 0.3944 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.4306 to screen 0.6552, screen 0.3944 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[13] at screen 0.6608, screen 0.3631 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.4306 to screen 0.6552, screen 0.3631 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[14] at screen 0.6608, screen 0.6131 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.6392 to screen 0.6552, screen 0.6131 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[15] at screen 0.6608, screen 0.6444 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.6413 to screen 0.6552, screen 0.6444 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[16] at screen 0.6608, screen 0.7694 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6330, screen 0.7402 to screen 0.6552, screen 0.7694 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[17] at screen 0.6608, screen 0.8006 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.6330, screen 0.7505 to screen 0.6552, screen 0.8006 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[18] at screen 0.6608, screen 0.5194 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.5286 to screen 0.6552, screen 0.5194 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[19] at screen 0.6608, screen 0.5506 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.5356 to screen 0.6552, screen 0.5506 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[20] at screen 0.6608, screen 0.6756 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.6875 to screen 0.6552, screen 0.6756 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[21] at screen 0.6608, screen 0.7069 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.6899 to screen 0.6552, screen 0.7069 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[22] at screen 0.6608, screen 0.4256 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.4800 to screen 0.6552, screen 0.4256 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[23] at screen 0.6608, screen 0.7381 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6330, screen 0.7038 to screen 0.6552, screen 0.7381 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[24] at screen 0.6608, screen 0.4881 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.6330, screen 0.5201 to screen 0.6552, screen 0.4881 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[25] at screen 0.6608, screen 0.4569 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.4800 to screen 0.6552, screen 0.4569 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[26] at screen 0.6608, screen 0.5819 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.5614 to screen 0.6552, screen 0.5819 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
plot 'memory.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'memory.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'memory.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'memory.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'memory.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'memory.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2', \
  'memory.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#D55E00', \
  'memory.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 13 ps 0.54*mark lc rgb '#009E73', \
  'memory.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#CC79A7', \
  'memory.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#E69F00', \
  'memory.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#56B4E9', \
  'memory.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#000000', \
  'memory.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
