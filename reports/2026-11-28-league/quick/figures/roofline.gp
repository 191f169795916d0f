set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
2
4
8
16
32
64
128
256
512
1,024
10
100
full
sliding-window(1024)
decode-full
ggml/flash-causal
ggml/flash-window(1024)
ggml/decode
jax/dpa-causal
jax/dpa-window(1024)
jax/dpa-decode
onnxruntime/gqa-causal
onnxruntime/gqa-decode
onnxruntime/gqa-window(1024)
openvino/sdpa-causal
openvino/sdpa-mask-window(1024)
openvino/decode
torch/sdpa-causal
torch/sdpa-mask-window(1024)
torch/sdpa-slices-window(1024)
torch/decode-grouped
torch/decode-gqa
torch-avx512/sdpa-causal
torch-avx512/sdpa-slices-window(1024)
torch-avx512/decode-grouped
peak of float32: 271 GFLOP/s
register tile: 266 GFLOP/s
memory: 43.2 GB/s
intensity (FLOP/byte)
Roofline: memory limits 16 of 91 cells, arithmetic the others
One call, causal, float32, d = 128, one core. FLOPs: 4·d for each pair that the mask allows; bytes: queries, keys,
values and outputs, once. Medians with 95 % intervals, a point wherever the intensity has grown by a tenth; the ceilings
are measured in the same run. The cells reach 2.1 % (openvino/decode, 32K tokens) to 96 % (decode-full, 8K tokens) of
the attainable speed.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'roofline' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'roofline.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[41].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[42] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[43] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[44] at screen 0.0194, screen 0.8402 left font ',11.5' tc rgb '#595959'
set label $texts[45] at screen 0.0194, screen 0.8090 left font ',11.5' tc rgb '#595959'
set label $texts[40] at screen 0.3454, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [1.537711:1332.028]
set yrange [1.417839:352.0968]
set xtics ($texts[2] 2, $texts[3] 4, $texts[4] 8, $texts[5] 16, $texts[6] 32, $texts[7] 64, $texts[8] 128, $texts[9] 256, $texts[10] 512, $texts[11] 1024)
set ytics ($texts[12] 10, $texts[13] 100)
set lmargin at screen 0.0661
set rmargin at screen 0.6247
set bmargin at screen 0.1167
set tmargin at screen 0.7298
set label $texts[1] at screen 0.0194, screen 0.7652 left font ',11.5' tc rgb '#595959'
set label $texts[14] at screen 0.6608, screen 0.6531 left font ',10.8896' tc rgb '#0072B2'
set arrow from screen 0.6113, screen 0.6866 to screen 0.6330, screen 0.6866 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.6866 to screen 0.6552, screen 0.6531 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[15] at screen 0.6608, screen 0.6247 left font ',10.8896' tc rgb '#D55E00'
set arrow from screen 0.4915, screen 0.6815 to screen 0.6330, screen 0.6815 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.6815 to screen 0.6552, screen 0.6247 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[16] at screen 0.6608, screen 0.4545 left font ',10.8896' tc rgb '#009E73'
set arrow from screen 0.0961, screen 0.5534 to screen 0.6330, screen 0.5534 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.5534 to screen 0.6552, screen 0.4545 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[17] at screen 0.6608, screen 0.4262 left font ',10.8896' tc rgb '#CC79A7'
set arrow from screen 0.6113, screen 0.5367 to screen 0.6330, screen 0.5367 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.5367 to screen 0.6552, screen 0.4262 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[18] at screen 0.6608, screen 0.3411 left font ',10.8896' tc rgb '#E69F00'
set arrow from screen 0.4915, screen 0.4790 to screen 0.6330, screen 0.4790 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4790 to screen 0.6552, screen 0.3411 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[19] at screen 0.6608, screen 0.0859 left font ',10.8896' tc rgb '#56B4E9'
set arrow from screen 0.0961, screen 0.2777 to screen 0.6330, screen 0.2777 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.2777 to screen 0.6552, screen 0.0859 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[20] at screen 0.6608, screen 0.3695 left font ',10.8896' tc rgb '#000000'
set arrow from screen 0.6113, screen 0.4808 to screen 0.6330, screen 0.4808 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4808 to screen 0.6552, screen 0.3695 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[21] at screen 0.6608, screen 0.1710 left font ',10.8896' tc rgb '#0072B2'
set arrow from screen 0.4915, screen 0.3196 to screen 0.6330, screen 0.3196 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.3196 to screen 0.6552, screen 0.1710 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[22] at screen 0.6608, screen 0.0575 left font ',10.8896' tc rgb '#D55E00'
set arrow from screen 0.0961, screen 0.2161 to screen 0.6330, screen 0.2161 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.2161 to screen 0.6552, screen 0.0575 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[23] at screen 0.6608, screen 0.5680 left font ',10.8896' tc rgb '#009E73'
set arrow from screen 0.6113, screen 0.6472 to screen 0.6330, screen 0.6472 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.6472 to screen 0.6552, screen 0.5680 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[24] at screen 0.6608, screen 0.1993 left font ',10.8896' tc rgb '#CC79A7'
set arrow from screen 0.0961, screen 0.3909 to screen 0.6330, screen 0.3909 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.3909 to screen 0.6552, screen 0.1993 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[25] at screen 0.6608, screen 0.3128 left font ',10.8896' tc rgb '#E69F00'
set arrow from screen 0.4915, screen 0.4771 to screen 0.6330, screen 0.4771 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4771 to screen 0.6552, screen 0.3128 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[26] at screen 0.6608, screen 0.5113 left font ',10.8896' tc rgb '#56B4E9'
set arrow from screen 0.6113, screen 0.5938 to screen 0.6330, screen 0.5938 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.5938 to screen 0.6552, screen 0.5113 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[27] at screen 0.6608, screen 0.2560 left font ',10.8896' tc rgb '#000000'
set arrow from screen 0.4915, screen 0.4323 to screen 0.6330, screen 0.4323 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4323 to screen 0.6552, screen 0.2560 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[28] at screen 0.6608, screen 0.0292 left font ',10.8896' tc rgb '#0072B2'
set arrow from screen 0.0961, screen 0.1458 to screen 0.6330, screen 0.1458 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.1458 to screen 0.6552, screen 0.0292 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[29] at screen 0.6608, screen 0.4829 left font ',10.8896' tc rgb '#D55E00'
set arrow from screen 0.6113, screen 0.5813 to screen 0.6330, screen 0.5813 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.5813 to screen 0.6552, screen 0.4829 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[30] at screen 0.6608, screen 0.1426 left font ',10.8896' tc rgb '#009E73'
set arrow from screen 0.4915, screen 0.3061 to screen 0.6330, screen 0.3061 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.3061 to screen 0.6552, screen 0.1426 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[31] at screen 0.6608, screen 0.3978 left font ',10.8896' tc rgb '#CC79A7'
set arrow from screen 0.4915, screen 0.5287 to screen 0.6330, screen 0.5287 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.5287 to screen 0.6552, screen 0.3978 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[32] at screen 0.6608, screen 0.2277 left font ',10.8896' tc rgb '#E69F00'
set arrow from screen 0.0961, screen 0.4215 to screen 0.6330, screen 0.4215 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4215 to screen 0.6552, screen 0.2277 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[33] at screen 0.6608, screen 0.1142 left font ',10.8896' tc rgb '#56B4E9'
set arrow from screen 0.0961, screen 0.2876 to screen 0.6330, screen 0.2876 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.2876 to screen 0.6552, screen 0.1142 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[34] at screen 0.6608, screen 0.5963 left font ',10.8896' tc rgb '#000000'
set arrow from screen 0.6113, screen 0.6649 to screen 0.6330, screen 0.6649 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.6649 to screen 0.6552, screen 0.5963 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[35] at screen 0.6608, screen 0.5396 left font ',10.8896' tc rgb '#0072B2'
set arrow from screen 0.4915, screen 0.6013 to screen 0.6330, screen 0.6013 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.6013 to screen 0.6552, screen 0.5396 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[36] at screen 0.6608, screen 0.2844 left font ',10.8896' tc rgb '#D55E00'
set arrow from screen 0.0961, screen 0.4659 to screen 0.6330, screen 0.4659 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.4659 to screen 0.6552, screen 0.2844 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[37] at screen 0.6608, screen 0.7381 left font ',10.8896' tc rgb '#595959'
set arrow from screen 0.6330, screen 0.7006 to screen 0.6552, screen 0.7381 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[38] at screen 0.6608, screen 0.6814 left font ',10.8896' tc rgb '#595959'
set arrow from screen 0.6330, screen 0.6986 to screen 0.6552, screen 0.6814 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[39] at screen 0.6608, screen 0.7098 left font ',10.8896' tc rgb '#595959'
set arrow from screen 0.1904, screen 0.7006 to screen 0.6330, screen 0.7006 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6330, screen 0.7006 to screen 0.6552, screen 0.7098 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'roofline.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 18 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 19 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 20 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 21 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 22 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 23 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 24 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 25 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 26 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 26 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 27 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 27 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 28 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 28 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 29 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 29 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 30 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 30 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 31 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 31 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 32 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 32 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 33 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 33 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 34 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 34 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 35 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 35 ? $4 : NaN):5 with points pt 13 ps 0.54*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 36 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 36 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 37 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 37 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 38 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 38 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 39 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 39 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 40 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 40 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 41 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 41 ? $4 : NaN):5 with points pt 13 ps 0.54*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 42 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 42 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 43 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 43 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 44 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 44 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 45 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 45 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 46 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 46 ? $4 : NaN):5 with points pt 9 ps 0.54*mark lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 47 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 47 ? $4 : NaN):5 with points pt 13 ps 0.54*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 48 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 48 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#D55E00'
unset output
unset label
unset arrow
unset logscale
}
